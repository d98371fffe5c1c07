package availability

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/call"
)

// NewReleaseCallHolds returns the listener that gives back what a caller was keeping
// when he hung up. A booking that is at work needs it still, whether it has taken the
// hold over already or not; if it does not come to that, the hold runs out.
func NewReleaseCallHolds(s *Service) events.Listener {
	return events.On("availability.release-call-holds", func(ctx context.Context, d events.Delivery[call.Ended]) error {
		if d.Event.OpenBooking {
			return nil
		}
		_, announced, err := s.Release(ctx, d.TenantID, d.Now(), availability.ReleaseRequest{
			Session: d.Event.CallID, Reason: availability.ReleasedAbandoned,
		})
		emit(d, announced)
		return err
	}, events.Priority(95), events.Emits(availability.SlotReleased{}))
}
