package availability

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/call"
)

// delivers hands an event to a listener twice, which must have the same effect as
// once, and returns what it emits.
func (s *salon) delivers(l events.Listener, e events.Event) []events.Event {
	t, ok := s.t.(*testing.T)
	require.True(s.t, ok)
	t.Helper()
	registry, err := events.NewRegistry(l.Types(), []events.Listener{l})
	require.NoError(s.t, err)
	env, err := events.Seal(e, events.Tenant(tenant), events.OccurredAt(s.now), events.Backdated(), events.ID("0198c0de-0000-7000-8000-0000000000ee"))
	require.NoError(s.t, err)
	once, err := registry.Deliver(s.t.Context(), l.Name(), env, events.Run{Attempt: 1, Now: s.now})
	require.NoError(s.t, err)
	before := storetest.Dump(t, s.db)
	twice, err := registry.Deliver(s.t.Context(), l.Name(), env, events.Run{Attempt: 2, Now: s.now.Add(time.Minute)})
	require.NoError(s.t, err)
	require.Len(s.t, twice, len(once))
	var emitted []events.Event
	for i, o := range once {
		require.Equal(s.t, string(o.Data), string(twice[i].Data))
		for _, kind := range l.Types() {
			if kind.Name() == o.Type {
				require.NoError(s.t, kind.Check(o))
				event, err := kind.Decode(o)
				require.NoError(s.t, err)
				emitted = append(emitted, event)
			}
		}
	}
	require.Equal(s.t, withoutVersions(before), withoutVersions(storetest.Dump(t, s.db)))
	return emitted
}

func cancelled(id string) appointment.Cancelled {
	return appointment.Cancelled{Ref: refOf(id, appointment.StatusCancelled)}
}

func refOf(id string, status appointment.Status) appointment.Ref {
	return appointment.Ref{
		AppointmentID: id, Zone: "Europe/Berlin", Status: status, Origin: appointment.Staff,
		StartsAt: berlinTime("2026-05-05 10:00"), EndsAt: berlinTime("2026-05-05 11:00"), StaffIDs: []string{"ada"},
		Display: appointment.Display{StaffNames: []string{"Ada"}},
	}
}

func TestAFailedBookingAndAMissedVisitGiveTheirTimeBack(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	failed, missed := s.books("2026-05-05 10:00", demand(60, "ada")), s.books("2026-05-05 14:00", demand(60, "ada"))

	emitted := s.delivers(NewFreeFailedSlot(s.Service), appointment.BookingFailed{AppointmentID: failed, Reason: appointment.HoldLost})

	require.Len(t, emitted, 1)
	released, _ := emitted[0].(availability.SlotReleased)
	require.Equal(t, []string{failed, "compensated"}, []string{released.AppointmentID, released.Reason})
	require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")))
	require.Empty(t, s.delivers(NewFreeFailedSlot(s.Service), appointment.BookingFailed{AppointmentID: "unknown", Reason: appointment.Internal}))

	s.now = berlinTime("2026-05-05 14:20")
	require.Len(t, s.delivers(NewGiveBackRestOfNoShow(s.Service), appointment.BecameNoShow{Ref: refOf(missed, appointment.NoShow)}), 1)
	require.NoError(t, s.check("2026-05-05 14:30", demand(30, "ada")))
}

func TestACancelledAppointmentFreesItsTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		id := s.books("2026-05-05 10:00", pausing(availability.Restricted, 30, 30, 30, "ada"))

		emitted := s.delivers(NewFreeSlot(s.Service), cancelled(id))

		require.Equal(t, []events.Event{availability.SlotReleased{
			Spans: []availability.Span{
				{StaffID: "ada", StartsAt: berlinTime("2026-05-05 10:00"), EndsAt: berlinTime("2026-05-05 10:30")},
				{StaffID: "ada", StartsAt: berlinTime("2026-05-05 11:00"), EndsAt: berlinTime("2026-05-05 11:30")},
			},
			BranchID: berlin, ServiceID: "colour", AppointmentID: id, Reason: "cancelled",
		}}, emitted)
		require.NoError(t, s.check("2026-05-05 10:00", demand(90, "ada")))
		require.Empty(t, s.delivers(NewFreeSlot(s.Service), cancelled("unknown")))
	})
}

func TestAVL41_TheEndOfACallFreesWhatNoBookingNeeds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		ended := call.Ended{Ref: call.Ref{CallID: "call", BranchID: berlin}, EndedAt: s.now, EndClass: call.EndCaller}
		kept := s.hold("call", "2026-05-05 10:00", demand(60, "ada"))
		s.holds(kept)
		working := ended
		working.OpenBooking = true
		require.Empty(t, s.delivers(NewReleaseCallHolds(s.Service), working), "the booking has not taken it over yet")
		taking := kept
		taking.HoldID, taking.Owner = uuid.NewString(), uuid.NewString()
		s.holds(taking)
		next, other := s.hold("call", "2026-05-05 12:00", demand(60, "ada")), s.hold("other", "2026-05-05 14:00", demand(60, "ada"))
		s.holds(next)
		s.holds(other)
		_, err := s.Offer(t.Context(), tenant, s.now, availability.OfferRequest{Session: "call", Slots: []availability.Slot{{
			StartsAt: berlinTime("2026-05-05 16:00"), Spans: []availability.Span{{StaffID: "ada", StartsAt: berlinTime("2026-05-05 16:00"), EndsAt: berlinTime("2026-05-05 17:00")}},
		}}})
		require.NoError(t, err)

		emitted := s.delivers(NewReleaseCallHolds(s.Service), ended)

		require.Equal(t, []events.Event{availability.SlotReleased{
			Spans:    []availability.Span{{StaffID: "ada", StartsAt: berlinTime("2026-05-05 12:00"), EndsAt: berlinTime("2026-05-05 13:00")}},
			BranchID: berlin, ServiceID: "cut", HoldID: next.HoldID, Reason: "abandoned",
		}}, emitted)
		require.NoError(t, s.check("2026-05-05 12:00", demand(60, "ada")))
		require.NoError(t, s.check("2026-05-05 16:00", demand(60, "ada")), "nor is anything offered any more")
		for _, start := range []string{"2026-05-05 10:00", "2026-05-05 14:00"} {
			require.Equal(t, "slot_taken", code(t, s.check(start, demand(60, "ada"))))
		}
		announced, err := s.Expire(t.Context(), tenant, s.now.Add(time.Hour), availability.ExpireRequest{HoldID: next.HoldID})
		require.NoError(t, err)
		require.Empty(t, announced, "its own life ends in silence")
	})
}

func TestAPastAppointmentFreesNothing(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	id := s.books("2026-05-05 10:00", demand(60, "ada"))
	s.now = berlinTime("2026-05-05 11:00")
	require.Empty(t, s.delivers(NewFreeSlot(s.Service), cancelled(id)))
}

func TestWhoIsDoneEarlyGivesBackTheRest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		id := s.books("2026-05-05 10:00", demand(60, "ada"))
		s.now = berlinTime("2026-05-05 10:20")

		emitted := s.delivers(NewGiveBackRestOfVisit(s.Service), appointment.BecameCompleted{Ref: refOf(id, appointment.Completed), By: "staff"})

		require.Equal(t, []events.Event{availability.SlotReleased{
			Spans:    []availability.Span{{StaffID: "ada", StartsAt: berlinTime("2026-05-05 10:20"), EndsAt: berlinTime("2026-05-05 11:00")}},
			BranchID: berlin, ServiceID: "cut", AppointmentID: id, Reason: "finished_early",
		}}, emitted)
		require.NoError(t, s.check("2026-05-05 10:30", demand(30, "ada")))
		d := demand(30, "ada")
		d.Notice = -600
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", d)))
	})
}

func TestExample10_Absence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("ada", berlin, 1, "09:00", "18:00")
		s.now = at("2026-05-01T08:00:00Z")
		_, _, err := s.SetWorking(t.Context(), tenant, s.now, availability.WorkingRequest{StaffID: "ada", BranchID: berlin, Intervals: []availability.Interval{
			{Weekday: 1, Start: "09:00", End: "18:00"}, {Weekday: 2, Start: "09:00", End: "18:00"}, {Weekday: 3, Start: "09:00", End: "18:00"},
		}})
		require.NoError(t, err)
		hit := []string{
			s.books("2026-05-04 10:00", demand(60, "ada")), s.books("2026-05-05 10:00", demand(60, "ada")),
			s.books("2026-05-05 14:00", pausing(availability.Free, 30, 30, 30, "ada")),
		}
		s.books("2026-05-06 10:00", demand(60, "ada"))

		absence := s.absent("2026-05-04", "2026-05-05")

		require.Equal(t, []string{"2026-05-04", "2026-05-05"}, absence.Dates)
		require.ElementsMatch(t, hit, absence.AppointmentIDs)
		require.Equal(t, absence, s.absent("2026-05-04", "2026-05-05"), "again, the same")
		conflicts := s.delivers(NewFindConflicts(s.Service), availability.Changed{BranchID: berlin, StaffID: "ada", Dates: absence.Dates, Reason: "absence"})
		require.Len(t, conflicts, 3)
		for i, e := range conflicts {
			c, ok := e.(availability.ConflictFound)
			require.True(t, ok)
			require.Equal(t, []string{"absence", hit[i]}, []string{c.Cause, c.AppointmentID})
		}
		for _, date := range absence.Dates {
			require.Equal(t, "staff_absent", code(t, s.check(date+" 16:00", demand(60, "ada"))))
		}
		rows, err := s.bookedSpans(t.Context(), s.db.Tenant(tenant), hit[0])
		require.NoError(t, err)
		require.Len(t, rows, 1, "they stand until Appointments settles them")
	})
}

func TestConflictsHaveTheirCause(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.books("2026-05-05 10:00", demand(60, "ada"))
	cause := func() string {
		found := s.delivers(NewFindConflicts(s.Service), availability.Changed{BranchID: berlin, Dates: []string{"2026-05-05"}, Reason: "hours"})
		if len(found) == 0 {
			return ""
		}
		c, _ := found[0].(availability.ConflictFound)
		return c.Cause
	}
	require.Empty(t, cause())
	s.works("ada", berlin, 2, "11:00", "18:00")
	require.Equal(t, "hours", cause())
	s.exception("", "2026-05-05", availability.Closed)
	require.Equal(t, "closure", cause())
	s.exception("", "2026-05-05", availability.NoException)
	_, _, err := s.SetHoliday(t.Context(), tenant, s.now, availability.HolidayRequest{BranchID: berlin, Date: "2026-05-05", Name: "Fest", Closed: true})
	require.NoError(t, err)
	require.Equal(t, "holiday", cause())
	_, _, err = s.SetStaff(t.Context(), tenant, s.now, availability.StaffSettings{StaffID: "ada"})
	require.NoError(t, err)
	require.Equal(t, "staff_inactive", cause())
	require.Empty(t, s.delivers(NewFindConflicts(s.Service), availability.Changed{BranchID: berlin, Reason: "hours"}))
}

func TestAChangeIsForgottenAndAskedForAgain(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.delivers(NewWarmUpSlots(s.Service), call.Started{Ref: call.Ref{CallID: "c", BranchID: berlin}, Direction: "inbound", CallerID: "withheld"})
	require.NotEmpty(t, s.cache.days, "before the caller asks")
	s.delivers(NewDropChangedDays(s.Service), availability.Changed{BranchID: berlin, Dates: dates(dayAt(s.now.Unix(), time.UTC)-2, dayAt(s.now.Unix(), time.UTC)+10), Reason: "hours"})
	require.Empty(t, s.cache.days)
	s.delivers(NewWarmDays(s.Service), availability.Changed{BranchID: berlin, StaffID: "ada", Dates: []string{"2026-05-05"}, Reason: "absence"})
	warm := len(s.cache.days)
	require.NotZero(t, warm)
	spans := []availability.Span{{StaffID: "ada", StartsAt: berlinTime("2026-05-05 10:00"), EndsAt: berlinTime("2026-05-05 11:00")}}
	for _, deliver := range []func(){
		func() { s.delivers(NewDropHeldDays(s.Service), availability.SlotHeld{HoldID: "h", Spans: spans}) },
		func() {
			s.delivers(NewDropBookedDays(s.Service), availability.SlotBooked{AppointmentID: "a", Spans: spans})
		},
		func() {
			s.delivers(NewDropReleasedDays(s.Service), availability.SlotReleased{HoldID: "h", Spans: spans, Reason: "expired"})
		},
	} {
		s.warm(t.Context(), tenant, s.now, berlin, "ada")
		deliver()
		require.Len(t, s.cache.days, warm-3, "the date and its neighbours, as a listener knows no zone")
	}
	s.delivers(NewWarmUpSlots(s.Service), call.Started{Ref: call.Ref{CallID: "c", BranchID: "unknown"}, Direction: "inbound", CallerID: "withheld"})
}
