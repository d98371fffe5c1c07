package appointments_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/eventstest"
)

func ofCall(id string) call.Ref { return call.Ref{CallID: id, BranchID: berlin, Zone: "Europe/Berlin"} }

func ended(callID string, openBooking bool) call.Ended {
	return call.Ended{Ref: ofCall(callID), EndedAt: now, EndClass: call.EndCaller, OpenBooking: openBooking}
}

func analyzed(callID string) call.Analyzed {
	return call.Analyzed{Ref: ofCall(callID), Revision: 1, Outcome: "booking_unfulfilled", OutcomeSource: "rows", EndClass: call.EndCaller}
}

// asksInVain has a call ask for a cut whose time is taken.
func (f fixture) asksInVain(callID string) {
	f.t.Helper()
	p := appointment.Prepared{
		AppointmentID: "refused in " + callID, Request: wish(func(r *appointment.BookRequest) { r.CallID = callID }), For: appointment.BookedFor{},
	}
	require.NoError(f.t, f.NoteRefused(f.t.Context(), tenant, now, p, []appointment.Alternative{{Slot: appointment.Slot{StartsAt: starts.Add(fewHours), EndsAt: starts.Add(fewHours)}}}))
}

func TestWhatACallerDidNotGetIsAWish(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		f.asksInVain("call-1")
		end, analysis := appointments.NewRecordLostWish(f.Service), appointments.NewRecordAnalyzedWish(f.Service)
		require.Empty(t, f.twice(end, ended("call-1", true)), "it may be booked yet")
		require.Empty(t, f.twice(end, ended("call-0", false)), "nobody knows what it was about")

		emitted := f.twice(end, ended("call-1", false))

		require.Len(t, emitted, 1)
		var e appointment.WishRecorded
		require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
		require.Equal(t, []string{"call-1", cut, string(appointment.NotAvailable)}, []string{e.CallID, e.ServiceID, string(e.Reason)})
		require.Len(t, e.Alternatives, 1)
		require.Empty(t, f.twice(analysis, analyzed("call-1")), "one wish a call")

		f.asksInVain("call-2")
		require.Len(t, f.twice(analysis, analyzed("call-2")), 1, "which had a booking at work when it ended")
		f.asksInVain("call-3")
		f.book(wish(func(r *appointment.BookRequest) { r.CallID = "call-3" }), forVera())
		require.Empty(t, f.twice(analysis, analyzed("call-3")))

		require.NoError(t, f.NoteRequest(t.Context(), tenant, now, appointments.Request{ID: "r", Session: "call-4", BranchID: vera, ServiceID: cut, DesiredAt: starts}))
		_, err := eventstest.Deliver(t, end, ended("call-4", false), events.Tenant(tenant))
		require.True(t, events.IsPermanent(err), "a branch that nobody knows: %v", err)
	})
}

func TestWhoseLineBrokeIsCalledBack(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		f.asksInVain("call-1")
		listener := appointments.NewCallBackDroppedCaller(f.Service)
		dropped := call.Failed{
			Ref: ofCall("call-1"), Reason: "error_retell", EndClass: call.EndTechnical, Direction: "inbound", FromNumber: phone, BookingIntent: true,
		}
		for _, change := range []func(*call.Failed){
			func(e *call.Failed) { e.BookingIntent = false },
			func(e *call.Failed) { e.FromNumber = "" },
			func(e *call.Failed) { e.FromNumber = "anonymous" },
			func(e *call.Failed) { e.Direction = "outbound" },
		} {
			nobody := dropped
			change(&nobody)
			require.Empty(t, f.twice(listener, nobody))
		}

		emitted := f.twice(listener, dropped)

		require.Len(t, emitted, 1)
		var e appointment.CallbackRequested
		require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
		require.Equal(t, []string{phone, string(appointment.HighPriority), cut, "call-1"}, []string{e.Phone, string(e.Priority), e.ServiceID, e.CallID})
		require.True(t, e.ExpiresAt.Equal(now.Add(4*time.Hour)))
		require.Empty(t, f.twice(listener, dropped), "who calls again and is cut off again is called back once")
		elsewhere := dropped
		elsewhere.BranchID = vera
		_, err := eventstest.Deliver(t, listener, elsewhere, events.Tenant(tenant))
		require.True(t, events.IsPermanent(err), "a branch that nobody knows: %v", err)
	})
}

func TestWhatACallLeftBehindIsItsCustomers(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		f.asksInVain("call-1")
		require.Len(t, f.twice(appointments.NewRecordLostWish(f.Service), ended("call-1", false)), 1)
		f.callback("c1", func(r *appointment.CallbackRequest) { r.CallID = "call-1" })
		f.callback("c2", func(r *appointment.CallbackRequest) {
			r.CallID, r.CustomerID, r.Phone = "call-1", karl, "+491713920018"
		})
		link := call.CustomerLinked{Ref: ofCall("call-1"), CustomerID: vera, Method: "phone", Confidence: 100}

		require.Empty(t, f.twice(appointments.NewAdoptCaller(f.Service), link))

		require.Equal(t, 3, strings.Count(storetest.Dump(t, f.db), "customer_id="+vera), "request, wish and callback")
		require.Equal(t, 1, strings.Count(storetest.Dump(t, f.db), "customer_id="+karl), "what is somebody's stays his")
	})
}
