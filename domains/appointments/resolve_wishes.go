package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewResolveWishes returns the listener that closes the wishes which a booking
// fulfils.
func NewResolveWishes(s *Service) events.Listener {
	return events.On("appointments.resolve-wishes", func(ctx context.Context, d events.Delivery[appointment.Created]) error {
		return s.ResolveWishes(ctx, d.TenantID, d.Event.ServiceID, d.Event.CustomerID, d.Event.CallID)
	}, events.Priority(50))
}
