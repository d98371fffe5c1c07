package appointments_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventstest"
)

// lives do what they are told at once, by the steps of the service, and remember it.
// What names somebody who is busy is refused.
type lives struct {
	fixture
	told  []string
	asked []appointment.BookRequest
	who   []customer.Query
	busy  []string
	fails error
}

func (l *lives) tell(what string, staffID string) error {
	l.told = append(l.told, what)
	for _, id := range l.busy {
		if id == staffID {
			return events.Refuse("slot_taken", "AVL-24", "that time is taken")
		}
	}
	return l.fails
}

func (l *lives) WatchCallback(_ context.Context, tenantID, callbackID string, meta events.Meta) error {
	return l.tell("watch "+tenantID+" "+callbackID+" "+meta.Type, "")
}

func (l *lives) Book(_ context.Context, r appointment.BookRequest, who customer.Query, _ events.Meta) error {
	l.asked, l.who = append(l.asked, r), append(l.who, who)
	if err := l.tell("book", r.StaffID); err != nil {
		return err
	}
	p, err := l.prepare(r, forVera())
	if err != nil || p.Existing != nil {
		return err
	}
	if err := l.Record(l.t.Context(), tenant, now, p, held(p)); err != nil {
		return err
	}
	_, _, err = l.fixture.Confirm(l.t.Context(), tenant, now, p.AppointmentID, r.CalendarUIDs, appointment.CalendarSynced)
	return err
}

func (l *lives) Move(_ context.Context, r appointment.MoveRequest, _ events.Meta) error {
	if err := l.tell("move", r.StaffID); err != nil {
		return err
	}
	_, _, err := l.move(now, r)
	return err
}

func (l *lives) Update(_ context.Context, r appointment.UpdateRequest, _ events.Meta) error {
	if err := l.tell("update "+r.StaffID, r.StaffID); err != nil {
		return err
	}
	change, err := l.PrepareUpdate(l.t.Context(), tenant, now, r)
	if err != nil {
		return err
	}
	r.Phases = held(appointment.Prepared{Request: appointment.BookRequest{StartsAt: change.StartsAt}, Demand: change.Demand})
	_, _, err = l.fixture.Update(l.t.Context(), tenant, now, r)
	return err
}

func (l *lives) Confirm(_ context.Context, c appointment.Command, _ events.Meta) error {
	if err := l.tell("confirm", ""); err != nil {
		return err
	}
	_, _, err := l.ConfirmPending(l.t.Context(), tenant, now, c)
	return err
}

func (l *lives) Cancel(_ context.Context, r appointment.CancelRequest, _ events.Meta) error {
	if err := l.tell("cancel", ""); err != nil {
		return err
	}
	_, _, err := l.fixture.Cancel(l.t.Context(), tenant, now, r)
	return err
}

// outside is a booking of a haircut with aylin that somebody made in the calendar.
func outside(uid string, start time.Time) calendar.Booking {
	return calendar.Booking{
		ConnectionID: "c1", UID: uid, BranchID: berlin, ServiceID: cut, StaffID: aylin, StartsAt: start, EndsAt: start.Add(30 * time.Minute),
		Zone: "Europe/Berlin", Source: "webhook", OccurredAt: now,
	}
}

func booked(b calendar.Booking) calendar.BookingCreated {
	return calendar.BookingCreated{
		Booking: b, IdempotencyKey: calendar.Key(b.ConnectionID, b.UID), Status: calendar.Accepted,
		Customer: calendar.Attendee{Name: "Ida Probst", Email: "ida@probe.example", Phone: phone},
	}
}

func importedID(uid string) string {
	return appointment.ID(tenant, appointment.Calendar, calendar.Key("c1", uid))
}

// attention is the code of the only event, which asks for a person.
func (f fixture) attention(emitted []events.Envelope) string {
	f.t.Helper()
	require.Len(f.t, emitted, 1)
	var e appointment.AttentionRequired
	require.NoError(f.t, json.Unmarshal(emitted[0].Data, &e))
	require.NotEmpty(f.t, e.SourceEventID)
	require.NotEmpty(f.t, e.Text)
	return e.Code
}

func TestABookingOfTheCalendarBecomesAnAppointment(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		l := &lives{fixture: f}
		listener := appointments.NewImportCalendarBooking(f.Service, l)

		require.Empty(t, f.twice(listener, booked(outside("b1", now.Add(5*time.Minute)))), "at no notice")

		v := f.get(importedID("b1"))
		require.Equal(t, appointment.Calendar, v.Origin)
		require.Equal(t, appointment.Confirmed, v.Status)
		require.Equal(t, []string{aylin}, v.StaffIDs)
		require.Equal(t, []string{"b1"}, v.CalendarUIDs)
		require.True(t, v.Notify)
		require.Equal(t, customer.Query{
			Key: "calcom:c1:b1", Origin: appointment.Calendar, Region: "DE-BE", Said: customer.Said{Name: "Ida Probst", Email: "ida@probe.example", Phone: phone},
		}, l.who[0])

		again := booked(outside("b2", now.Add(6*time.Hour)))
		again.Status, again.VendorNotifies, again.PreviousUID = calendar.Pending, true, "b1"
		require.Empty(t, f.twice(listener, again))
		v = f.get(importedID("b2"))
		require.Equal(t, appointment.Pending, v.Status)
		require.False(t, v.Notify)
		require.Equal(t, importedID("b1"), v.Rebooks)

		echo := booked(outside("b3", starts))
		echo.AppointmentID = v.AppointmentID
		require.Empty(t, f.twice(listener, echo), "it is ours already")
		require.Len(t, l.told, 4)
	})
}

func TestWhatCanNotBeImportedIsShownToAPerson(t *testing.T) {
	f := onSQLite(t)
	l := &lives{fixture: f, busy: []string{aylin}}
	listener := appointments.NewImportCalendarBooking(f.Service, l)

	require.Equal(t, "calendar_refused", f.attention(f.twice(listener, booked(outside("b1", starts)))))
	unmapped := booked(outside("b2", starts))
	unmapped.StaffID = ""
	require.Equal(t, "calendar_unmapped", f.attention(f.twice(listener, unmapped)))
	unmapped.BranchID, unmapped.StaffID = "", aylin
	require.Equal(t, "calendar_unmapped", f.attention(f.twice(listener, unmapped)))
	require.Equal(t, []string{"book", "book"}, l.told)

	l.busy, l.fails = nil, errors.New("no connection")
	_, err := eventstest.Deliver(t, listener, booked(outside("b3", starts)), events.Tenant(tenant))
	require.ErrorContains(t, err, "no connection")
	require.False(t, events.IsPermanent(err), "it is tried again")
}

func TestACancellationMayComeBeforeTheImport(t *testing.T) {
	f := onSQLite(t)
	l := &lives{fixture: f}

	require.Empty(t, f.twice(appointments.NewFollowCalendarCancellation(f.Service, l), calendar.BookingCancelled{Booking: outside("b1", starts), CancelledBy: "customer"}))
	require.Empty(t, f.twice(appointments.NewImportCalendarBooking(f.Service, l), booked(outside("b1", starts))))

	require.Empty(t, l.told)
}

func TestAnAppointmentFollowsItsBooking(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		l := &lives{fixture: f}
		follow, id := appointments.NewFollowCalendarChange(f.Service, l), importedID("b1")
		pending := booked(outside("b1", starts))
		pending.Status = calendar.Pending
		f.twice(appointments.NewImportCalendarBooking(f.Service, l), pending)

		changed := func(uid, previous string, at time.Time, change string, after time.Duration) calendar.BookingUpdated {
			b := outside(uid, at)
			b.OccurredAt = now.Add(after)
			return calendar.BookingUpdated{Booking: b, PreviousUID: previous, Change: change, Reason: "Zug"}
		}
		require.Empty(t, f.twice(follow, changed("b1", "", starts, calendar.StatusConfirmed, time.Minute)))
		require.Equal(t, appointment.Confirmed, f.get(id).Status)

		require.Empty(t, f.twice(follow, changed("b2", "b1", starts.Add(fewHours), calendar.Rescheduled, 3*time.Minute)))
		v := f.get(id)
		require.Equal(t, starts.Add(fewHours), v.StartsAt)
		require.Equal(t, 1, v.RescheduleCount)

		require.Empty(t, f.twice(follow, changed("b1", "", starts.Add(time.Hour), calendar.Rescheduled, 2*time.Minute)), "it is older")
		require.Empty(t, f.twice(follow, changed("b2", "b1", starts.Add(fewHours), calendar.Rescheduled, 4*time.Minute)), "it is an echo")
		require.Equal(t, v.Version, f.get(id).Version)

		host := changed("b2", "", starts.Add(fewHours), calendar.HostChanged, 5*time.Minute)
		host.StaffID = jonas
		require.Empty(t, f.twice(follow, host))
		require.Equal(t, []string{jonas}, f.get(id).StaffIDs)
		host.StaffID, host.OccurredAt = "", now.Add(6*time.Minute)
		require.Equal(t, "calendar_unmapped", f.attention(f.twice(follow, host)))
		host.StaffID, host.OccurredAt = mila, now.Add(7*time.Minute)
		require.Equal(t, "calendar_refused", f.attention(f.twice(follow, host)), "she does not do that")

		for i, mark := range []string{calendar.NoShowMarked, calendar.Paid, calendar.LengthChanged} {
			require.Equal(t, "calendar_marked", f.attention(f.twice(follow, changed("b2", "", starts, mark, time.Duration(8+i)*time.Minute))), "staff decide")
		}
		require.Empty(t, f.twice(follow, changed("b2", "", starts, calendar.NoShowUnmarked, time.Hour)), "that is how it stands")

		cancelled := calendar.BookingCancelled{Booking: outside("b2", starts), CancelledBy: "customer"}
		cancelled.VendorNotifies = true
		require.Empty(t, f.twice(appointments.NewFollowCalendarCancellation(f.Service, l), cancelled))
		v = f.get(id)
		require.Equal(t, []string{string(appointment.StatusCancelled), "calendar"}, []string{string(v.Status), v.CancelledBy})
		require.Empty(t, f.twice(follow, changed("b3", "b2", starts, calendar.Rescheduled, 2*time.Hour)), "it is over")
		require.Equal(t, []string{"book", "book", "confirm", "move", "update " + jonas, "update " + mila, "update " + mila, "cancel"}, l.told)

		_, err := eventstest.Deliver(t, follow, calendar.BookingUpdated{Booking: outside("unknown", starts), Change: calendar.Paid}, events.Tenant(tenant))
		require.True(t, events.IsPermanent(err), "%v", err)
	})
}

func TestACompositeFollowsOneOfItsParts(t *testing.T) {
	f := onSQLite(t)
	l := &lives{fixture: f}
	view, _ := f.book(wish(func(r *appointment.BookRequest) { r.ServiceID = perm }), forVera())
	rinse := outside("b1", view.Phases[4].StartsAt.Add(time.Hour))
	rinse.AppointmentID, rinse.SegmentKey = view.AppointmentID, "rinse"

	require.Empty(t, f.twice(appointments.NewFollowCalendarChange(f.Service, l), calendar.BookingUpdated{Booking: rinse, Change: calendar.Rescheduled}))

	require.Equal(t, starts.Add(time.Hour), f.get(view.AppointmentID).StartsAt)
}

func TestTheCalendarsStateIsNoted(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())
		failed := calendar.SyncFailed{AppointmentID: view.AppointmentID, Version: 1, Code: "slot_taken", NextStep: "review"}
		require.Equal(t, "sync_failed", f.attention(f.twice(appointments.NewFlagFailedSync(f.Service), failed)))
		require.Equal(t, appointment.CalendarFailed, f.get(view.AppointmentID).CalendarState)

		done := calendar.SyncCompleted{AppointmentID: view.AppointmentID, Version: 1, Action: "created", Segments: []calendar.Segment{{Key: "-", UID: "b7"}}}
		require.Empty(t, f.twice(appointments.NewNoteCalendarState(f.Service), done))
		v := f.get(view.AppointmentID)
		require.Equal(t, []string{appointment.CalendarSynced, "b7", ""}, []string{v.CalendarState, v.CalendarUIDs[0], v.ReviewReason})
		failed.Version = 0
		require.Empty(t, f.twice(appointments.NewFlagFailedSync(f.Service), failed), "it is about what was before")

		l := &lives{fixture: f}
		require.Empty(t, f.twice(appointments.NewFollowCalendarCancellation(f.Service, l), calendar.BookingCancelled{Booking: outside("b7", starts), CancelledBy: "staff"}))
		require.Equal(t, appointment.StatusCancelled, f.get(view.AppointmentID).Status, "it is known by its name there")
	})
}

func TestDifferencesAreShownToAPerson(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())
		drift := calendar.DriftDetected{ConnectionID: "c1", FindingID: "f1", Kind: "time_mismatch", Severity: "high", Action: "report", Subject: "b1"}
		require.Empty(t, f.twice(appointments.NewFlagDrift(f.Service), drift))
		drift.AppointmentID = view.AppointmentID
		require.Equal(t, "calendar_drift", f.attention(f.twice(appointments.NewFlagDrift(f.Service), drift)))

		conflict := calendar.ConflictDetected{ConnectionID: "c1", Kind: calendar.BothMoved, UID: "b1", AppointmentID: view.AppointmentID, Winner: "herald"}
		require.Equal(t, "calendar_conflict", f.attention(f.twice(appointments.NewFlagConflict(f.Service), conflict)))
		conflict.Kind = calendar.CancelledThere
		emitted := f.twice(appointments.NewFlagConflict(f.Service), conflict)
		require.Len(t, emitted, 2)
		var callback appointment.CallbackRequested
		require.NoError(t, json.Unmarshal(emitted[1].Data, &callback))
		require.Equal(t, []string{phone, "high"}, []string{callback.Phone, string(callback.Priority)})
		require.Equal(t, "calendar_conflict", f.get(view.AppointmentID).ReviewReason)
	})
}

func TestAColleagueTakesOverWhereTheBranchWantsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		f.assign(appointments.ServiceStaff{ServiceID: cut, StaffID: mila, Priority: 9})
		view, _ := f.book(wish(), forVera())
		l := &lives{fixture: f, busy: []string{jonas}}
		listener := appointments.NewSettleConflict(f.Service, l)
		found := availability.ConflictFound{
			ConflictID: "c1", Cause: availability.CauseExternal, StaffID: aylin, Span: span(aylin, starts, starts.Add(30*time.Minute)), AppointmentID: view.AppointmentID,
		}
		require.NoError(t, f.PutBranchBooking(t.Context(), tenant, appointments.BranchBooking{BranchID: berlin, Active: true, AutoReassign: true}))
		require.Equal(t, "conflict", f.attention(f.twice(listener, found)), "what a calendar says is for a person")
		require.Empty(t, l.told)

		found.Cause = availability.CauseAbsence
		require.Empty(t, f.twice(listener, found))

		require.Equal(t, []string{mila}, f.get(view.AppointmentID).StaffIDs)
		require.Equal(t, []string{"update " + jonas, "update " + mila}, l.told, "once")
		found.StaffID, found.Span = mila, span(mila, starts, starts.Add(30*time.Minute))
		l.busy = []string{jonas, aylin}
		require.Equal(t, "conflict", f.attention(f.twice(listener, found)), "nobody is free")
	})
}
