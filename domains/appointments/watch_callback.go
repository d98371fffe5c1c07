package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewWatchCallback returns the listener that starts the life of a callback, which
// says whose it is, and whose when he does not call.
func NewWatchCallback(lives Lives) events.Listener {
	return events.On("appointments.watch-callback", func(ctx context.Context, d events.Delivery[appointment.CallbackRequested]) error {
		return lives.WatchCallback(ctx, d.TenantID, d.Event.CallbackID, d.Meta)
	}, events.Priority(95))
}
