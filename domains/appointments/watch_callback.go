package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// Lives starts what lives longer than a delivery.
type Lives interface {
	// WatchCallback has somebody see to a callback until it is closed. A second time
	// it changes nothing. meta is that of the event which says that it is wanted.
	WatchCallback(ctx context.Context, tenantID, callbackID string, meta events.Meta) error
}

// noLives is for a process that delivers nothing.
type noLives struct{}

func (noLives) WatchCallback(context.Context, string, string, events.Meta) error { return nil }

func newNoLives() Lives { return noLives{} }

// NewWatchCallback returns the listener that starts the life of a callback, which
// says whose it is, and whose when he does not call.
func NewWatchCallback(lives Lives) events.Listener {
	return events.On("appointments.watch-callback", func(ctx context.Context, d events.Delivery[appointment.CallbackRequested]) error {
		return lives.WatchCallback(ctx, d.TenantID, d.Event.CallbackID, d.Meta)
	}, events.Priority(95))
}
