package availability

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/availability"
)

func TestAVL18_TheGridIsTheServicesOrTheBranchesFromMidnight(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("ada", berlin, 2, "09:10", "11:00")
	d := demand(60, "ada")
	require.Equal(t, []string{"09:15", "09:30", "09:45", "10:00"}, s.starts("2026-05-05", d))
	_, _, err := s.SetBranch(t.Context(), tenant, s.now, availability.BranchSettings{BranchID: berlin, GridMin: 30})
	require.NoError(t, err)
	require.Equal(t, []string{"09:30", "10:00"}, s.starts("2026-05-05", d))
	d.Grid = 20
	require.Equal(t, []string{"09:20", "09:40", "10:00"}, s.starts("2026-05-05", d))
	_, _, err = s.SetBranch(t.Context(), tenant, s.now, availability.BranchSettings{BranchID: berlin, GridMin: 7})
	require.Error(t, err)
}

func TestAVL19_TheEarliestAndTheLatestStart(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")
	d.Notice = 60
	s.now = berlinTime("2026-05-05 09:00")
	require.Equal(t, "10:00", s.starts("2026-05-05", d)[0], "a value on the grid stays")
	require.NoError(t, s.check("2026-05-05 10:00", d))
	s.now = s.now.Add(time.Nanosecond)
	require.Equal(t, "10:15", s.starts("2026-05-05", d)[0], "and one after it is rounded up")
	require.Equal(t, "too_soon", code(t, s.check("2026-05-05 10:00", d)))
	require.NoError(t, s.check("2026-05-05 10:01", d), "a check needs no grid")
	d.Notice = -600
	require.NoError(t, s.check("2026-05-05 09:00", d), "in the past, where that is allowed")
	d.MaxDays = 6
	require.Equal(t, "too_far", code(t, s.check("2026-05-12 09:00", d)))
	require.Empty(t, s.starts("2026-05-12", d))
	d.MaxDays = 7
	require.NoError(t, s.check("2026-05-12 17:00", d), "the whole last date counts")
}

func TestAVL20_ClaimsAreBusyPhasesWithBuffers(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := pausing(availability.Free, 30, 30, 15, "ada")
	d.Phases = append(d.Phases, availability.Phase{Seq: 3, Kind: availability.Busy, Minutes: 30, SamePersonAs: 0})
	d.BufferBefore, d.BufferAfter = 5, 10

	held := s.holds(s.hold("s", "2026-05-05 10:00", d))

	require.Equal(t, []availability.Span{
		{StaffID: "ada", StartsAt: berlinTime("2026-05-05 09:55"), EndsAt: berlinTime("2026-05-05 10:30")},
		{StaffID: "ada", StartsAt: berlinTime("2026-05-05 11:00"), EndsAt: berlinTime("2026-05-05 11:55")},
	}, held.Spans, "touching phases of one person are one claim")
	require.Len(t, held.Phases, 4)
	require.Equal(t, berlinTime("2026-05-05 10:00"), held.Phases[0].StartsAt, "phases are without buffers")
	require.Equal(t, berlinTime("2026-05-05 11:45"), held.Phases[3].EndsAt)
}

func TestAVL21_BuffersLieInWorkingTimeAndTheCustomerInOpeningTime(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")
	d.BufferBefore, d.BufferAfter = 15, 15
	require.Equal(t, "outside_hours", code(t, s.check("2026-05-05 09:00", d)))
	require.NoError(t, s.check("2026-05-05 09:15", d))
	require.NoError(t, s.check("2026-05-05 11:45", d))
	require.Equal(t, "outside_hours", code(t, s.check("2026-05-05 12:00", d)))

	s.opens(2, "09:00", "12:00", "15:00", "18:00")
	long := pausing(availability.Free, 30, 210, 30, "ada")
	require.Equal(t, "outside_hours", code(t, s.check("2026-05-05 11:15", long)), "closed for lunch while the customer waits")
}

func TestAVL22_SpansAreHalfOpenAndBuffersAddUp(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")
	s.books("2026-05-05 10:00", d)
	require.NoError(t, s.check("2026-05-05 11:00", d))
	require.NoError(t, s.check("2026-05-05 09:00", d))
	require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:59", d)))
	require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 09:01", d)))

	buffered := demand(30, "ada")
	buffered.BufferBefore, buffered.BufferAfter = 10, 10
	s.books("2026-05-05 15:00", buffered)
	require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 15:45", buffered)))
	require.NoError(t, s.check("2026-05-05 15:50", buffered))
}

func TestAVL23_PausesAreFreeRestrictedOrBlocked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.books("2026-05-05 10:00", pausing(availability.Free, 30, 60, 30, "ada"))
		s.books("2026-05-05 14:00", pausing(availability.Restricted, 30, 60, 30, "ada"))
		s.books("2026-05-05 16:00", pausing(availability.Busy, 30, 60, 30, "ada"))
		plain, nestable, tight := demand(60, "ada"), demand(60, "ada"), demand(60, "ada")
		nestable.Nestable, tight.Nestable = true, true
		tight.BufferAfter = 5

		require.NoError(t, s.check("2026-05-05 10:30", plain))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 14:30", plain)))
		require.NoError(t, s.check("2026-05-05 14:30", nestable))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 14:30", tight)), "with its buffers it does not fit")
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 16:30", nestable)))
		_, _, err := s.Hold(t.Context(), tenant, s.now, s.hold("x", "2026-05-05 14:30", plain))
		require.Equal(t, "slot_taken", code(t, err))
		s.books("2026-05-05 14:30", nestable)
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 14:30", nestable)), "sold once")
	})
}

func TestExample7_Processing(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("ada", berlin, 2, "10:00", "12:00")
	for kind, want := range map[string][]string{availability.Free: {"10:45", "11:00"}, availability.Busy: nil} {
		id := s.books("2026-05-05 10:00", pausing(kind, 45, 45, 30, "ada"))
		require.Equal(t, want, s.starts("2026-05-05", demand(30, "ada")), kind)
		_, _, err := s.ReleaseBooking(t.Context(), tenant, s.now, availability.ReleaseBookingRequest{AppointmentID: id, Reason: availability.ReleasedCancelled})
		require.NoError(t, err)
	}
}

func TestAVL24_NobodyIsBookedTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.books("2026-05-05 10:00", demand(60, "ada"))
		for _, staff := range []bool{false, true} {
			req := s.hold("front desk", "2026-05-05 10:30", demand(60, "ada"))
			req.Staff, req.Channel = staff, "staff"
			_, _, err := s.Hold(t.Context(), tenant, s.now, req)
			require.Equal(t, "slot_taken", code(t, err))
		}
		_, err := s.db.Tenant(tenant).Exec(t.Context(), `INSERT INTO claim (tenant_id, claim_id, staff_id, starts_at, ends_at, kind, holder, branch_id, service_id)
			VALUES ($1, 'by hand', 'ada', $2, $3, 'booking', 'somebody', '', '')`, berlinTime("2026-05-05 10:59"), berlinTime("2026-05-05 12:00"))
		require.ErrorContains(t, err, oneDiary, "the schema says so too")
		_, err = s.db.Tenant(another).Exec(t.Context(), `INSERT INTO claim (tenant_id, claim_id, staff_id, starts_at, ends_at, kind, holder, branch_id, service_id)
			VALUES ($1, 'by hand', 'ada', $2, $3, 'booking', 'somebody', '', '')`, berlinTime("2026-05-05 10:59"), berlinTime("2026-05-05 12:00"))
		require.NoError(t, err, "another tenant's ada is somebody else")
	})
}

// course is a group service.
func course(capacity int) availability.Demand {
	d := demand(60, "ada")
	d.ServiceID, d.Capacity = "course", capacity
	return d
}

func TestAVL25_AGroupSharesOneClaim(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		first := s.books("2026-05-05 10:00", course(2))
		got, err := s.Check(t.Context(), tenant, s.now, availability.CheckRequest{Demand: course(2), Start: berlinTime("2026-05-05 10:00")})
		require.NoError(t, err)
		require.Equal(t, 1, got.SeatsLeft)
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:30", course(2))), "another session of it would overlap")
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))
		held := s.hold("s", "2026-05-05 10:00", course(2))
		s.holds(held)
		require.Equal(t, "group_full", code(t, s.check("2026-05-05 10:00", course(2))))

		s.now = s.now.Add(6 * time.Minute) // the hold ran out
		require.NoError(t, s.check("2026-05-05 10:00", course(2)))
		second := s.books("2026-05-05 10:00", course(2))
		_, _, err = s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: held.HoldID, AppointmentID: uuid.NewString(), Session: "s"})
		require.Equal(t, "hold_lost", code(t, err))
		for _, id := range []string{first, second} {
			require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))
			_, announced, err := s.ReleaseBooking(t.Context(), tenant, s.now, availability.ReleaseBookingRequest{AppointmentID: id, Reason: availability.ReleasedCancelled})
			require.NoError(t, err)
			require.Len(t, announced, 1)
		}
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")), "the last seat frees the time")
		s.books("2026-05-05 10:00", course(3))
	})
}

func TestExample8_Group(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	massage := demand(60, "ada")
	var members []string
	for seat := range 10 {
		appointment := uuid.NewString()
		req := s.hold("", "2026-05-05 10:00", course(10))
		req.Owner = appointment
		s.holds(req)
		booked, _, err := s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: appointment})
		require.NoError(t, err)
		require.Equal(t, seat+1, booked.Seat)
		members = append(members, appointment)
	}
	require.Equal(t, "group_full", code(t, s.check("2026-05-05 10:00", course(10))))
	require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", massage)))
	for i, id := range members {
		_, announced, err := s.ReleaseBooking(t.Context(), tenant, s.now, availability.ReleaseBookingRequest{AppointmentID: id, Reason: availability.ReleasedCancelled})
		require.NoError(t, err)
		require.Len(t, announced, 1)
		if i == 0 {
			require.NoError(t, s.check("2026-05-05 10:00", course(10)), "a seat is free")
		}
	}
	require.NoError(t, s.check("2026-05-05 10:00", massage))
}

func TestAVL26_ADayMayBeFull(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	_, _, err := s.SetStaff(t.Context(), tenant, s.now, availability.StaffSettings{StaffID: "ada", Active: true, MaxPerDay: 3})
	require.NoError(t, err)
	s.books("2026-05-05 09:00", pausing(availability.Free, 30, 30, 30, "ada"))
	s.books("2026-05-05 14:00", course(9))
	s.books("2026-05-05 14:00", course(9))
	require.NoError(t, s.check("2026-05-05 16:00", demand(30, "ada")), "two claims of one booking and two seats of one course count as two")
	s.holds(s.hold("s", "2026-05-05 17:00", demand(30, "ada")))
	require.Equal(t, "day_full", code(t, s.check("2026-05-05 16:00", demand(30, "ada"))))
	require.Empty(t, s.starts("2026-05-05", demand(30, "ada")))
	require.NoError(t, s.check("2026-05-05 14:00", course(9)), "who joins a course is no booking more")
	require.NoError(t, s.check("2026-05-12 16:00", demand(30, "ada")))
}

func TestAVL27_SlotsAreInOrderOfStartAndCandidates(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("ada", berlin, 2, "09:00", "09:30")
	s.works("bea", berlin, 2, "09:00", "10:00")
	ask := func(anybody bool) [][]string {
		got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{
			Demand: demand(30, "bea", "ada"), From: berlinTime("2026-05-05 00:00"), Until: berlinTime("2026-05-06 00:00"), Any: anybody,
		})
		require.NoError(t, err)
		var all [][]string
		for _, slot := range got.Slots {
			all = append(all, append(clocks([]availability.Slot{slot}), slot.StaffIDs...))
		}
		return all
	}
	require.Equal(t, [][]string{{"09:00", "bea"}, {"09:00", "ada"}, {"09:15", "bea"}, {"09:30", "bea"}}, ask(false))
	require.Equal(t, [][]string{{"09:00", "bea"}, {"09:15", "bea"}, {"09:30", "bea"}}, ask(true))
}

func TestAVL28_ACallCoversAMonthAndNextFreeAQuarter(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(15, "ada")
	ask := func(until string, limit int) (int, error) {
		got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: d, From: berlinTime("2026-05-05 00:00"), Until: berlinTime(until), Limit: limit})
		return len(got.Slots), err
	}
	_, err := ask("2026-06-05 00:01", 0)
	require.Equal(t, "window_too_long", code(t, err))
	_, err = ask("2027-06-05 00:00", 0)
	require.Equal(t, "window_too_long", code(t, err))
	n, err := ask("2026-06-05 00:00", 0)
	require.NoError(t, err)
	require.Equal(t, 5*32, n, "five Tuesdays in 31 dates")
	n, err = ask("2026-06-05 00:00", 7)
	require.NoError(t, err)
	require.Equal(t, 7, n)

	next := func(after string) *availability.Slot {
		got, err := s.NextFree(t.Context(), tenant, s.now, availability.NextFreeRequest{Demand: d, After: berlinTime(after)})
		require.NoError(t, err)
		return got.Slot
	}
	require.Equal(t, berlinTime("2026-05-12 09:00"), next("2026-05-05 17:50").StartsAt)
	for week := range 9 {
		s.exception("", berlinTime("2026-05-12 12:00").AddDate(0, 0, 7*week).Format(time.DateOnly), availability.Closed)
	}
	require.Equal(t, berlinTime("2026-07-14 09:00"), next("2026-05-05 18:00").StartsAt)
	s.works("ada", berlin, 2)
	require.Nil(t, next("2026-05-05 18:00"))
	_, err = s.NextFree(t.Context(), tenant, s.now, availability.NextFreeRequest{Demand: demand(15, "nobody"), After: s.now})
	require.Equal(t, "unknown_staff", code(t, err))
}

func TestADemandMustBePossible(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	for name, d := range map[string]availability.Demand{
		"no length":      demand(0, "ada"),
		"nobody":         demand(30),
		"no busy phase":  {BranchID: berlin, Phases: []availability.Phase{{Kind: availability.Free, Minutes: 5}}},
		"group of parts": func() availability.Demand { d := pausing(availability.Free, 5, 5, 5, "ada"); d.Capacity = 2; return d }(),
	} {
		require.Equal(t, "invalid_demand", code(t, s.check("2026-05-05 10:00", d)), name)
	}
	elsewhere := demand(30, "ada")
	elsewhere.BranchID = munich
	require.Equal(t, "not_found", code(t, s.check("2026-05-05 10:00", elsewhere)))
}

func TestAGapIsAsShortAsItCanBe(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("bea", berlin, 2, "10:40", "12:00")
	d := pausing(availability.Free, 30, 0, 30, "ada")
	d.Phases[1].MaxMinutes = 30
	d.Phases[2].Staff, d.Phases[2].SamePersonAs = []string{"bea"}, -1
	got, err := s.Check(t.Context(), tenant, s.now, availability.CheckRequest{Demand: d, Start: berlinTime("2026-05-05 10:00")})
	require.NoError(t, err)
	require.Equal(t, berlinTime("2026-05-05 11:10"), got.EndsAt, "a gap of 10 minutes, as bea comes at 10:40")
	require.Equal(t, []string{"ada", "bea"}, got.StaffIDs)
}
