package appointments_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events/appointment"
)

func TestTheLastRequestOfACallThatBookedNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		announce, err := f.LostWish(t.Context(), tenant, now, "event-1", "call-1")
		require.NoError(t, err)
		require.Empty(t, announce, "nothing is known")
		for i, answer := range []string{"slot_taken", "customer_declined"} {
			for range 2 {
				require.NoError(t, f.NoteRequest(t.Context(), tenant, now.Add(time.Duration(i)*time.Minute), appointments.Request{
					ID: strconv.Itoa(i), Session: "call-1", BranchID: berlin, ServiceID: cut, DesiredAt: starts, Answer: answer, Alternatives: slots("2027-03-30 11:00"),
				}))
			}
		}
		for range 2 {
			announce, err = f.LostWish(t.Context(), tenant, now.Add(time.Hour), "event-1", "call-1")
			require.NoError(t, err)
			check(t, announce)
			require.Equal(t, appointment.CustomerDeclined, announce[0].(appointment.WishRecorded).Reason)
			require.Len(t, announce[0].(appointment.WishRecorded).Alternatives, 1)
		}
		require.NoError(t, f.NoteRequest(t.Context(), tenant, now, appointments.Request{ID: "9", Session: "call-2", BranchID: berlin, ServiceID: cut, DesiredAt: starts, Answer: "slot_taken"}))
		f.book(wish(func(r *appointment.BookRequest) { r.CallID = "call-2" }), forVera())
		announce, err = f.LostWish(t.Context(), tenant, now, "event-1", "call-2")
		require.NoError(t, err)
		require.Empty(t, announce, "the call has booked")
	})
}

func TestManyBookOneTimeAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		const callers = 8
		prepared := make([]appointment.Prepared, callers)
		for i := range prepared {
			p, err := f.prepare(wish(func(r *appointment.BookRequest) { r.CallID = "call-" + strconv.Itoa(i) }), appointment.BookedFor{CustomerID: "customer-" + strconv.Itoa(i)})
			require.NoError(t, err)
			prepared[i] = p
		}
		errs := make([]error, callers)
		var wait sync.WaitGroup
		for i := range prepared {
			wait.Go(func() { errs[i] = f.Record(t.Context(), tenant, now, prepared[i], held(prepared[i])) })
		}
		wait.Wait()

		won := 0
		for i, err := range errs {
			if err == nil {
				won++
				continue
			}
			if err := f.Record(t.Context(), tenant, now, prepared[i], held(prepared[i])); err != nil { // a deadlock is tried again
				refusal(t, err, "slot_taken")
			}
		}
		require.Equal(t, 1, won)
	})
}
