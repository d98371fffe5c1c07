package availability

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/resilience"
)

// NewMarkCalendarStale returns the listener that has answers say that the calendars
// can't be asked. An event of the system tenant concerns every tenant.
func NewMarkCalendarStale(s *Service) events.Listener {
	return markStale(s, true, func(e resilience.ServiceDegraded) string { return e.Dependency })
}

// NewUnmarkCalendarStale returns the one that ends it.
func NewUnmarkCalendarStale(s *Service) events.Listener {
	return markStale(s, false, func(e resilience.ServiceRecovered) string { return e.Dependency })
}

func markStale[E events.Event](s *Service, stale bool, dependency func(E) string) events.Listener {
	return events.On("availability.mark-calendar-stale", func(ctx context.Context, d events.Delivery[E]) error {
		if dependency(d.Event) != resilience.CalCom {
			return nil
		}
		return s.MarkStale(ctx, d.TenantID, d.Time, stale)
	}, events.Sync(), events.Priority(200))
}
