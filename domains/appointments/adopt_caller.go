package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewAdoptCaller returns the listener that gives what a call has left behind to the
// customer who called.
func NewAdoptCaller(s *Service) events.Listener {
	return events.On("appointments.adopt-caller", func(ctx context.Context, d events.Delivery[call.CustomerLinked]) error {
		return s.AdoptCaller(ctx, d.TenantID, d.Event.CallID, d.Event.CustomerID)
	}, events.Priority(30))
}
