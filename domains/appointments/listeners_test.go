package appointments_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventstest"
)

// twice delivers an event twice, and returns what follows from it.
func (f fixture) twice(l events.Listener, e events.Event) []events.Envelope {
	f.t.Helper()
	return eventstest.RunTwice(f.t, l, e, events.Tenant(tenant), events.OccurredAt(now))
}

func TestWatchCallback(t *testing.T) {
	t.Parallel()
	w := &lives{}
	requested := appointment.CallbackRequested{CallbackID: "c1", BranchID: berlin, Phone: phone, Name: "Vera", Priority: appointment.NormalPriority, ExpiresAt: now}

	require.Empty(t, eventstest.RunTwice(t, appointments.NewWatchCallback(w), requested, events.Tenant(tenant)))

	one := "watch " + tenant + " c1 appointment.callback_requested"
	require.Equal(t, []string{one, one}, w.told)
}

func TestAppointmentsFollowTheirCustomer(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())

		f.twice(appointments.NewFollowMerge(f.Service), customer.Merged{MergeID: karl, PrimaryID: karl, DuplicateID: vera})
		require.Equal(t, karl, f.get(view.AppointmentID).CustomerID)
		f.twice(appointments.NewUndoMerge(f.Service), customer.Unmerged{MergeID: karl, PrimaryID: karl, RestoredID: vera})
		require.Equal(t, vera, f.get(view.AppointmentID).CustomerID)
		f.twice(appointments.NewFollowMerge(f.Service), customer.Merged{MergeID: karl, PrimaryID: karl, DuplicateID: vera})
		require.Equal(t, vera, f.get(view.AppointmentID).CustomerID, "what was undone is not done again by an event that comes late")

		f.twice(appointments.NewNoteRestriction(f.Service), customer.BookingRestricted{Ref: customer.Ref{CustomerID: vera}, Restriction: customer.Blocked, Reason: "staff"})
		_, err := f.prepare(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.Add(fewHours) }), forVera())
		refusal(t, err, "customer_blocked")
	})
}

func TestAForgottenCustomersAppointmentsAreCancelled(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		first, _ := f.book(wish(func(r *appointment.BookRequest) { r.AttendeeName = "Ida Probst" }), forVera())
		second, _ := f.book(wish(func(r *appointment.BookRequest) {
			r.CallID, r.StartsAt, r.AttendeeName = "call-2", starts.Add(fewHours), "Ida Probst"
		}), forVera())
		karls, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-3", starts.Add(2*fewHours) }), forKarl())

		emitted := f.twice(appointments.NewForgetCustomer(f.Service), customer.Erased{Ref: customer.Ref{CustomerID: vera}, Holds: []string{}, At: now})

		require.Len(t, emitted, 2, "also when the first answer was lost")
		for i, id := range []string{first.AppointmentID, second.AppointmentID} {
			require.Equal(t, appointments.ForgottenReason, f.get(id).CancelReason)
			var e appointment.Cancelled
			require.NoError(t, json.Unmarshal(emitted[i].Data, &e))
			require.Equal(t, id, e.AppointmentID)
			require.Equal(t, appointments.ForgottenReason, e.Reason)
			require.False(t, e.Notify)
			require.Zero(t, e.Fee.Cents)
		}
		require.Equal(t, appointment.Confirmed, f.get(karls.AppointmentID).Status)
		require.NotContains(t, storetest.Dump(t, f.db), "Ida Probst")
	})
}

func TestWhoWasForgottenBeforeTheVisitIsServed(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	_, _, err := f.CheckIn(t.Context(), tenant, starts.Add(-10*time.Minute), command("in", view, reception))
	require.NoError(t, err)

	emitted := f.twice(appointments.NewForgetCustomer(f.Service), customer.Erased{Ref: customer.Ref{CustomerID: vera}, Holds: []string{}, At: now})

	require.Empty(t, emitted)
	require.Equal(t, appointment.InProgress, f.get(view.AppointmentID).Status)
}

func released(reason string, spans ...availability.Span) availability.SlotReleased {
	return availability.SlotReleased{Spans: spans, BranchID: berlin, ServiceID: cut, AppointmentID: "a", Reason: reason}
}

func span(staff string, from, until time.Time) availability.Span {
	return availability.Span{StaffID: staff, StartsAt: from, EndsAt: until}
}

func TestATimeThatCameFreeFindsItsWish(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		w := veraWish("w1")
		_, err := f.RecordWish(t.Context(), tenant, now, w)
		require.NoError(t, err)
		listener := appointments.NewMatchWishes(f.Service)
		from, until := w.DesiredAt, w.DesiredAt.Add(30*time.Minute)

		emitted := f.twice(listener, released("cancelled", span(jonas, from.Add(15*time.Minute), until), span(aylin, from, from.Add(15*time.Minute))))

		require.Len(t, emitted, 1)
		var e appointment.WishMatched
		require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
		require.Equal(t, w.ID, e.WishID)
		require.True(t, e.Slot.StartsAt.Equal(from) && e.Slot.EndsAt.Equal(until))
		require.Empty(t, e.Slot.StaffID, "two people had it")
		require.Len(t, f.twice(listener, released("rescheduled", span(aylin, from, until))), 1)
		require.Empty(t, f.twice(listener, released("expired", span(aylin, from, until))))
		require.Empty(t, f.twice(listener, released("cancelled", span(aylin, from, from.Add(10*time.Minute)))), "too short")
		unknown := released("cancelled", span(aylin, from, until))
		unknown.BranchID = vera
		_, err = eventstest.Deliver(t, listener, unknown, events.Tenant(tenant))
		require.True(t, events.IsPermanent(err))
	})
}

func TestAConflictIsShownToAPerson(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		require.NoError(t, f.PutBranchBooking(t.Context(), tenant, appointments.BranchBooking{BranchID: berlin, Active: true, AutoReassign: true}))
		view, _ := f.book(wish(), forVera())
		listener := appointments.NewSettleConflict(f.Service, &lives{fixture: f, busy: []string{jonas}})
		found := availability.ConflictFound{
			ConflictID: "c1", Cause: "absence", StaffID: aylin, Span: span(aylin, starts, starts.Add(30*time.Minute)), AppointmentID: view.AppointmentID,
		}

		emitted := f.twice(listener, found)

		require.Len(t, emitted, 1)
		var e appointment.AttentionRequired
		require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
		require.Equal(t, "conflict", e.Code)
		require.NotEmpty(t, e.SourceEventID)
		require.Contains(t, e.Text, jonas, "who could take over")
		require.Equal(t, "conflict", f.get(view.AppointmentID).ReviewReason)

		elsewhen := found
		elsewhen.Span = span(aylin, starts.Add(fewHours), starts.Add(fewHours+time.Hour))
		require.Empty(t, f.twice(listener, elsewhen), "it was moved meanwhile")
		_, _, err := f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c", view, reception)})
		require.NoError(t, err)
		require.Empty(t, f.twice(listener, found), "it was cancelled meanwhile")
	})
}
