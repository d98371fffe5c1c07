package booking

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/workflows"
)

// TestWhatACallLeavesBehind holds a time, asks for another one in vain, and is cut
// off: the time is free again, the other one a wish, and somebody calls back.
func TestWhatACallLeavesBehind(t *testing.T) {
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	free := s.free(t, "damen", "mila", far(), 3)
	require.Greater(t, len(free), 1)
	kept, wanted := free[0].StartsAt, free[len(free)-1].StartsAt
	ref := call.Ref{CallID: newID(), VendorCallID: newID(), BranchID: domains.DemoID("berlin"), Zone: "Europe/Berlin"}
	_, _, err := s.hold(t, ref.CallID, kept)
	require.NoError(t, err)
	require.Equal(t, workflows.Booked, s.settled(t, s.booking("damen", "mila", wanted, 0)).State)
	c := s.booking("damen", "mila", wanted, 1)
	c.Session, c.Booking.CallID = ref.CallID, ref.CallID
	require.Equal(t, workflows.Refused, s.settled(t, c).State)
	_, _, err = s.hold(t, "other", kept)
	require.Error(t, err)

	follows := func(e events.Event, want ...string) {
		correlation := newID()
		_, err := workflows.NewPublisher(connection.Client, s.config()).Publish(t.Context(), e, events.Tenant(s.tenant), events.Correlation(correlation))
		require.NoError(t, err)
		s.types(t, correlation, func(types map[string]int) bool {
			for _, name := range want {
				if types[name] != 1 {
					return false
				}
			}
			return true
		})
	}
	follows(call.Ended{Ref: ref, EndedAt: time.Now(), EndClass: call.EndTechnical}, "availability.slot_released", "appointment.wish_recorded")
	follows(call.Failed{Ref: ref, Reason: "error", EndClass: call.EndTechnical, Direction: "inbound", FromNumber: "+493023125201", BookingIntent: true}, "appointment.callback_requested")

	_, _, err = s.hold(t, "other", kept)
	require.NoError(t, err)
}
