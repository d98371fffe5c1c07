package availability

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// reports has a calendar report an entry of one hour.
func (s *salon) reports(uid, start string, change func(*availability.BusyTime)) []events.Event {
	s.t.Helper()
	b := availability.BusyTime{Source: "calcom", ExternalUID: uid, StaffID: "ada", BranchID: berlin, StartsAt: berlinTime(start), EndsAt: berlinTime(start).Add(time.Hour), SeenAt: s.now}
	if change != nil {
		change(&b)
	}
	announced, err := s.ImportBusyTime(s.t.Context(), tenant, s.now, b)
	require.NoError(s.t, err)
	return announced
}

func TestAVL29_BusyTimesBlockLikeClaims(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		d := demand(60, "ada")
		announced := s.reports("u1", "2026-05-05 10:00", nil)
		require.Equal(t, []events.Event{availability.Changed{BranchID: berlin, StaffID: "ada", Dates: []string{"2026-05-05"}, Reason: "external"}}, announced)
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:30", d)))
		require.Equal(t, announced, s.reports("u1", "2026-05-05 10:00", nil), "the same report again")

		require.Empty(t, s.reports("u1", "2026-05-05 15:00", func(b *availability.BusyTime) { b.SeenAt = s.now.Add(-time.Hour) }), "an older report does not count")
		require.NoError(t, s.check("2026-05-05 15:00", d))
		s.reports("u1", "2026-05-05 15:00", func(b *availability.BusyTime) { b.SeenAt = s.now.Add(time.Second) })
		require.NoError(t, s.check("2026-05-05 10:30", d))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 15:00", d)))
		for _, status := range harmless {
			s.reports("u2", "2026-05-05 11:00", nil)
			require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 11:00", d)))
			s.reports("u2", "2026-05-05 11:00", func(b *availability.BusyTime) { b.Status = status })
			require.NoError(t, s.check("2026-05-05 11:00", d), status)
		}
		s.reports("u3", "2026-05-12 23:00", func(b *availability.BusyTime) { b.AllDay = true })
		require.Empty(t, s.starts("2026-05-12", d))
		require.Len(t, s.reports("u3", "2026-05-12 23:00", func(b *availability.BusyTime) { b.Status = "cancelled" }), 1)
		require.Len(t, s.starts("2026-05-12", d), 26)
	})
}

func TestAVL30_OurOwnBookingsAreNoBusyTimes(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	appointment := s.books("2026-05-05 15:00", demand(60, "ada"))
	require.Empty(t, s.reports("echo", "2026-05-05 15:00", func(b *availability.BusyTime) { b.AppointmentID = appointment }))

	s.reports("known", "2026-05-05 10:00", nil)
	d := demand(60, "ada")
	require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", d)))
	d.OwnUIDs = []string{"known"}
	require.NoError(t, s.check("2026-05-05 10:00", d), "the demand brings its uid")
	s.reports("named", "2026-05-05 11:00", func(b *availability.BusyTime) { b.AppointmentID = "to be imported" })
	d.Owner = "to be imported"
	require.NoError(t, s.check("2026-05-05 11:00", d))
}

func TestExample11_Echo(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	appointment := s.books("2026-05-05 15:00", demand(60, "ada"))
	s.reports("echo", "2026-05-05 15:00", func(b *availability.BusyTime) { b.AppointmentID = appointment })
	s.moves(appointment, "2026-05-05 15:30", demand(60, "ada"))

	s.reports("theirs", "2026-05-05 10:00", nil)
	require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))
}

func TestAVL31_AnUnknownHostBlocksEveryLinkedPerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("bea", berlin, 2, "09:00", "18:00")
		_, _, err := s.SetStaff(t.Context(), tenant, s.now, availability.StaffSettings{StaffID: "ada", Active: true, Linked: true})
		require.NoError(t, err)
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")))

		announced := s.reports("u", "2026-05-05 10:00", func(b *availability.BusyTime) { b.StaffID = "" })

		require.Equal(t, []events.Event{availability.Changed{BranchID: berlin, Dates: []string{"2026-05-05"}, Reason: "external"}}, announced)
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "bea")), "bea has no calendar there")
		s.reports("u", "2026-05-05 10:00", func(b *availability.BusyTime) { b.StaffID = "bea" })
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")), "until it is mapped")
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "bea"))))
	})
}

func TestAVL32_AnswersSayThatACalendarIsStale(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		stale := func() bool {
			got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: demand(60, "ada"), From: berlinTime("2026-05-05 00:00"), Until: berlinTime("2026-05-06 00:00")})
			require.NoError(t, err)
			require.Len(t, got.Slots, 26, "times are still offered")
			return got.Stale
		}
		mark := func(tenantID string, after time.Duration, on bool) {
			require.NoError(t, s.MarkStale(t.Context(), tenantID, s.now.Add(after), on))
		}
		require.False(t, stale())
		mark(tenant, 0, true)
		require.True(t, stale())
		mark(tenant, -time.Minute, false)
		require.True(t, stale(), "the last instant wins")
		mark(tenant, time.Minute, false)
		require.False(t, stale())
		mark(events.SystemTenant, 0, true)
		require.True(t, stale(), "everybody's")
		mark(events.SystemTenant, time.Minute, false)

		_, _, err := s.SetStaff(t.Context(), tenant, s.now, availability.StaffSettings{StaffID: "ada", Active: true, Linked: true})
		require.NoError(t, err)
		require.True(t, stale(), "never read")
		require.NoError(t, s.MarkSynced(t.Context(), tenant, "ada", s.now.Add(-15*time.Minute)))
		require.False(t, stale())
		require.NoError(t, s.MarkSynced(t.Context(), tenant, "ada", s.now.Add(-time.Hour)))
		require.False(t, stale(), "an older reading is none")
		s.now = s.now.Add(time.Second)
		require.True(t, stale())
	})
}

func TestAVL33_ABusyTimeOverABookingIsAConflict(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		appointment := s.books("2026-05-05 10:00", demand(60, "ada"))
		s.books("2026-05-05 15:00", demand(60, "ada"))
		announced := s.reports("u", "2026-05-05 10:30", nil)

		conflicts := s.delivers(NewFindConflicts(s.Service), announced[0])

		require.Len(t, conflicts, 1)
		conflict, ok := conflicts[0].(availability.ConflictFound)
		require.True(t, ok)
		require.Equal(t, []string{"external", "ada", appointment}, []string{conflict.Cause, conflict.StaffID, conflict.AppointmentID})
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))), "the booking stands")
	})
}

func TestAWindowIsReconciled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.reports("gone", "2026-05-05 10:00", nil)
		s.reports("kept", "2026-05-05 14:00", nil)
		s.reports("later", "2026-05-05 16:00", func(b *availability.BusyTime) { b.SeenAt = s.now.Add(time.Hour) })
		s.reports("outside", "2026-05-12 10:00", nil)
		entry := func(uid, start string) availability.BusyTime {
			return availability.BusyTime{Source: "calcom", ExternalUID: uid, StaffID: "ada", BranchID: berlin, StartsAt: berlinTime(start), EndsAt: berlinTime(start).Add(time.Hour), SeenAt: s.now}
		}
		window := availability.BusyWindow{
			Source: "calcom", StaffIDs: []string{"ada"}, From: berlinTime("2026-05-05 00:00"), Until: berlinTime("2026-05-06 00:00"), CheckedAt: s.now,
			Entries: []availability.BusyTime{entry("kept", "2026-05-05 14:00"), entry("new", "2026-05-05 11:00")},
		}

		_, err := s.ReconcileBusyTimes(t.Context(), tenant, s.now, window)
		require.NoError(t, err)
		_, err = s.ReconcileBusyTimes(t.Context(), tenant, s.now, window)
		require.NoError(t, err)

		for start, want := range map[string]string{
			"2026-05-05 10:00": "", "2026-05-05 11:00": "slot_taken", "2026-05-05 14:00": "slot_taken", "2026-05-05 16:00": "slot_taken", "2026-05-12 10:00": "slot_taken",
		} {
			require.Equal(t, want, code(t, s.check(start, demand(60, "ada"))), start)
		}
	})
}
