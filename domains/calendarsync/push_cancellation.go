package calendarsync

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewPushCancellation returns the listener that takes a cancelled appointment out
// of the calendar.
func NewPushCancellation(sync *Sync) events.Listener {
	return events.On("calendarsync.push-cancellation", func(ctx context.Context, d events.Delivery[appointment.Cancelled]) error {
		return sync.Converge(ctx, d.TenantID, d.IdempotencyKey(), Target{Booking: bookingOf(d.Event.Ref, d.Time), Cancelled: true})
	}, events.Priority(90))
}
