package availability

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	outside "github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/eventstest"
	"github.com/herald-bus/herald/events/resilience"
)

// entry is a booking of an hour that was made outside, with ada.
func (s *salon) entry(uid, start string) outside.Booking {
	return outside.Booking{
		ConnectionID: "c1", UID: uid, BranchID: berlin, ServiceID: "cut", StaffID: "ada", StartsAt: berlinTime(start), EndsAt: berlinTime(start).Add(time.Hour),
		Zone: "Europe/Berlin", Source: "webhook", OccurredAt: s.now,
	}
}

func created(b outside.Booking) outside.BookingCreated {
	return outside.BookingCreated{Booking: b, IdempotencyKey: outside.Key(b.ConnectionID, b.UID), Status: outside.Accepted, Customer: outside.Attendee{Name: "Ida Probst"}}
}

// external is the change of one of ada's days, or of everybody's.
func external(staff string, dates ...string) []events.Event {
	return []events.Event{availability.Changed{BranchID: berlin, StaffID: staff, Dates: dates, Reason: "external"}}
}

func TestAVL29_ABookingMadeOutsideTakesItsTimeUntilItIsGone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		d := demand(60, "ada")
		require.Equal(t, external("ada", "2026-05-05"), s.delivers(NewImportBusyTime(s.Service), created(s.entry("b1", "2026-05-05 10:00"))))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:30", d)))

		s.now = s.now.Add(time.Minute)
		moved := outside.BookingUpdated{Booking: s.entry("b2", "2026-05-12 11:00"), Change: outside.Rescheduled, PreviousUID: "b1"}
		moved.PreviousStartsAt, moved.PreviousEndsAt = berlinTime("2026-05-05 10:00"), berlinTime("2026-05-05 11:00")
		require.Equal(t, external("ada", "2026-05-05", "2026-05-12"), s.delivers(NewFollowBusyTime(s.Service), moved))
		require.NoError(t, s.check("2026-05-05 10:30", d))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-12 11:00", d)))

		gone := outside.BookingCancelled{Booking: s.entry("b2", "2026-05-12 11:00"), CancelledBy: "customer"}
		gone.OccurredAt = s.now.Add(time.Second)
		require.Equal(t, external("ada", "2026-05-12"), s.delivers(NewDropBusyTime(s.Service), gone))
		require.NoError(t, s.check("2026-05-12 11:00", d))
		late := outside.BookingUpdated{Booking: moved.Booking, Change: outside.Paid}
		require.Empty(t, s.delivers(NewFollowBusyTime(s.Service), late), "an event that comes late brings nothing back")
		require.NoError(t, s.check("2026-05-12 11:00", d))
	})
}

func TestAVL30_WhatIsImportedCountsByItsAppointment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		e := created(s.entry("b1", "2026-05-05 10:00"))
		changed := s.delivers(NewImportBusyTime(s.Service), e)
		req := s.hold("", "2026-05-05 10:00", demand(60, "ada"))
		req.Owner = appointment.ID(tenant, appointment.Calendar, e.IdempotencyKey)
		s.holds(req)
		_, _, err := s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: req.Owner})
		require.NoError(t, err)

		require.Empty(t, s.delivers(NewFindConflicts(s.Service), changed[0]), "it is no conflict with itself")
		s.moves(req.Owner, "2026-05-05 15:00", demand(60, "ada"))
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")), "the entry stands where it was, the appointment does not")
		for i, uid := range []string{"b1", "b2", "b3"} {
			next := outside.BookingUpdated{Booking: s.entry(uid, "2026-05-05 16:00"), Change: outside.Rescheduled}
			if i > 0 {
				next.PreviousUID = []string{"b1", "b2"}[i-1]
			}
			require.Empty(t, s.delivers(NewFollowBusyTime(s.Service), next))
			require.NoError(t, s.check("2026-05-05 16:00", demand(60, "ada")), "that is for the appointment to follow, whatever the entry's name")
		}
	})
}

func TestAVL31_AnUnmappedHostIsImportedForTheBranch(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	_, _, err := s.SetStaff(t.Context(), tenant, s.now, availability.StaffSettings{StaffID: "ada", Active: true, Linked: true})
	require.NoError(t, err)
	unmapped := created(s.entry("b1", "2026-05-05 10:00"))
	unmapped.StaffID = ""

	require.Equal(t, external("", "2026-05-05"), s.delivers(NewImportBusyTime(s.Service), unmapped))
	require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))

	unmapped.UID, unmapped.BranchID = "b2", ""
	require.Empty(t, s.delivers(NewImportBusyTime(s.Service), unmapped), "neither host nor branch is known")
	unmapped.UID, unmapped.StaffID = "b3", "ada"
	require.Len(t, s.delivers(NewImportBusyTime(s.Service), unmapped), 1, "the host's own branch")
}

func TestAVL32_ADegradedCalendarIsStaleUntilItRecovers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		stale := func() bool {
			got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: demand(60, "ada"), From: berlinTime("2026-05-05 00:00"), Until: berlinTime("2026-05-06 00:00")})
			require.NoError(t, err)
			return got.Stale
		}
		degraded := resilience.ServiceDegraded{Incident: resilience.Incident{IncidentID: "i", Dependency: resilience.SMTP, Scope: "tenant:" + tenant}, Level: resilience.Down, Severity: "critical", Cause: "circuit"}
		require.Empty(t, s.delivers(NewMarkCalendarStale(s.Service), degraded))
		require.False(t, stale(), "mails are no calendars")

		degraded.Dependency = resilience.CalCom
		require.Empty(t, s.delivers(NewMarkCalendarStale(s.Service), degraded))
		require.True(t, stale())

		s.now = s.now.Add(time.Minute)
		require.Empty(t, s.delivers(NewUnmarkCalendarStale(s.Service), resilience.ServiceRecovered{Incident: degraded.Incident, WorstLevel: resilience.Down}))
		require.False(t, stale())

		global := resilience.ServiceDegraded{Incident: resilience.Incident{IncidentID: "i", Dependency: resilience.CalCom, Scope: resilience.Global}, Level: resilience.Down, Severity: "critical", Cause: "circuit"}
		_, err := eventstest.Deliver(t, NewMarkCalendarStale(s.Service), global, events.Tenant(events.SystemTenant), events.OccurredAt(s.now))
		require.NoError(t, err)
		require.True(t, stale(), "it concerns every tenant")
	})
}

func TestACalendarsAbsenceLastsItsOwnDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		away := outside.AbsenceRecorded{ConnectionID: "c1", StaffID: "ada", FromDay: "2026-05-05", ToDay: "2026-05-06", Zone: "Europe/Berlin", ExternalID: "ooo-1"}

		require.Equal(t, []events.Event{availability.Changed{BranchID: berlin, StaffID: "ada", Dates: []string{"2026-05-05", "2026-05-06"}, Reason: "absence"}},
			s.delivers(NewRecordCalendarAbsence(s.Service), away))

		require.Equal(t, "staff_absent", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))
		require.NoError(t, s.check("2026-05-12 10:00", demand(60, "ada")))
		away.StaffID, away.ExternalID = "nobody", "ooo-2"
		require.Empty(t, s.delivers(NewRecordCalendarAbsence(s.Service), away))
	})
}

func TestAWindowIsComparedAsAWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.books("2026-05-05 15:00", demand(60, "ada"))
		s.delivers(NewImportBusyTime(s.Service), created(s.entry("gone", "2026-05-05 10:00")))
		s.delivers(NewImportBusyTime(s.Service), created(s.entry("kept", "2026-05-12 10:00")))
		s.now = s.now.Add(time.Minute)
		window := outside.WindowSynced{
			ConnectionID: "c1", RunID: "r", Kind: outside.Poll, From: berlinTime("2026-05-05 00:00"), To: berlinTime("2026-05-20 00:00"), StaffIDs: []string{"ada"}, CheckedAt: s.now,
		}
		require.Empty(t, s.delivers(NewReconcileBusyTimes(s.Service), window), "a poll lists nothing")
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))

		window.Kind = outside.Full
		for uid, start := range map[string]string{"kept": "2026-05-12 10:00", "new": "2026-05-12 15:00", "mirrored": "2026-05-05 15:00"} {
			window.Live = append(window.Live, outside.Live{UID: uid, StaffID: "ada", StartsAt: berlinTime(start), EndsAt: berlinTime(start).Add(time.Hour)})
		}
		changes := s.delivers(NewReconcileBusyTimes(s.Service), window)

		require.Equal(t, external("ada", "2026-05-05", "2026-05-12"), changes)
		require.Empty(t, s.delivers(NewFindConflicts(s.Service), changes[0]), "what the calendar shows of an appointment is that appointment")
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-12 15:00", demand(60, "ada"))))
		s.now = s.now.Add(time.Hour)
		window.CheckedAt = s.now
		require.Empty(t, s.delivers(NewReconcileBusyTimes(s.Service), window), "nothing is new")
	})
}

func TestAVL21_ABookingOutsideStandsWhateverThePlanSays(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	for i, start := range []string{"2026-05-05 19:00", "2026-05-06 10:00", "2026-05-01 12:00"} { // after work, on a free day, on a holiday
		req := s.hold("", start, demand(60, "ada"))
		req.Owner, req.Demand.Notice = "imported", -10000
		_, _, err := s.Hold(t.Context(), tenant, s.now, req)
		require.Contains(t, []string{"outside_hours", "closed"}, code(t, err), start)
		req.HoldID, req.Channel = uuid.NewString(), string(appointment.Calendar)
		_, _, err = s.Hold(t.Context(), tenant, s.now, req)
		require.NoError(t, err, start)
		s.now = s.now.Add(time.Duration(i) * time.Hour)
		_, _, err = s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: "imported"})
		require.NoError(t, err, "also when the hold has run out")
	}
}

func TestAVL34_ABookingOutsideTakesWhatIsOnlyHeld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		caller := s.hold("caller", "2026-05-05 10:00", demand(60, "ada"))
		s.holds(caller)
		s.books("2026-05-05 15:00", demand(60, "ada"))
		req := s.hold("", "2026-05-05 10:30", demand(60, "ada"))
		req.Owner, req.Channel = "imported", string(appointment.Calendar)

		for range 2 {
			_, announced, err := s.Hold(t.Context(), tenant, s.now, req)
			require.NoError(t, err)
			require.Len(t, announced, 1)
			lost, _ := announced[0].(availability.SlotReleased)
			require.Equal(t, []string{caller.HoldID, "replaced"}, []string{lost.HoldID, lost.Reason})
		}

		_, _, err := s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: caller.HoldID, AppointmentID: "caller's", Session: "caller"})
		require.Equal(t, "hold_lost", code(t, err))
		_, _, err = s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: "imported"})
		require.NoError(t, err)
		over := s.hold("", "2026-05-05 15:30", demand(60, "ada"))
		over.Owner, over.Channel = "imported too", string(appointment.Calendar)
		_, _, err = s.Hold(t.Context(), tenant, s.now, over)
		require.Equal(t, "slot_taken", code(t, err), "a booking stays")
	})
}
