package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordLostWish returns the listener that keeps as a wish what a caller did not
// get. A booking that is at work may still become one.
func NewRecordLostWish(s *Service) events.Listener {
	return recordLostWish(s, func(e call.Ended) (callID string, over bool) { return e.CallID, !e.OpenBooking })
}

// NewRecordAnalyzedWish returns the listener that does the same once it is clear what
// became of the call: what was kept when it ended is not kept again.
func NewRecordAnalyzedWish(s *Service) events.Listener {
	return recordLostWish(s, func(e call.Analyzed) (callID string, over bool) { return e.CallID, true })
}

// recordLostWish is the listener to one of the events after which a call books
// nothing any more.
func recordLostWish[E events.Event](s *Service, read func(E) (callID string, over bool)) events.Listener {
	return events.On("appointments.record-lost-wish", func(ctx context.Context, d events.Delivery[E]) error {
		callID, over := read(d.Event)
		if !over {
			return nil
		}
		announce, err := s.LostWish(ctx, d.TenantID, d.Now(), d.ID, callID)
		for _, e := range announce {
			d.Emit(e, events.OccurredAt(d.Time))
		}
		return forGood(err)
	}, events.Priority(50), events.Emits(appointment.WishRecorded{}))
}
