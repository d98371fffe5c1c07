package calendarsync

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewPushCancellation returns the listener that takes a cancelled appointment out.
func NewPushCancellation(calendar Calendar) events.Listener {
	return events.On("calendarsync.push-cancellation", func(ctx context.Context, d events.Delivery[appointment.Cancelled]) error {
		return calendar.Delete(ctx, d.IdempotencyKey(), d.Event.AppointmentID)
	}, events.Priority(90))
}
