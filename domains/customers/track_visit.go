package customers

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// NewTrackCreated returns the listener that enters a booking into the customer's
// ledger.
func NewTrackCreated(s *Service) events.Listener {
	return trackVisit(s, func(e appointment.Created) Visit { return Visit{Ref: e.Ref, Price: &e.Price} })
}

// NewTrackCancelled returns the listener that enters a cancellation.
func NewTrackCancelled(s *Service) events.Listener {
	return trackVisit(s, func(e appointment.Cancelled) Visit {
		return Visit{Ref: e.Ref, CancelledBy: e.CancelledBy, Late: e.CancelledBy == "customer" && !e.WithinPolicy}
	})
}

// trackVisit is the listener to one of the events of an appointment.
func trackVisit[E events.Event](s *Service, read func(E) Visit) events.Listener {
	return events.On("customers.track-visit", func(ctx context.Context, d events.Delivery[E]) error {
		v := read(d.Event)
		v.Key, v.At = d.IdempotencyKey(), d.Time
		return emit(d, func() ([]events.Event, error) { return s.TrackVisit(ctx, d.TenantID, d.Now(), v) })
	}, events.Priority(40), events.Emits(customer.BookingRestricted{}, customer.Updated{}))
}
