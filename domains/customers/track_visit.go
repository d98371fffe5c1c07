package customers

import (
	"context"
	"errors"
	"time"

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

// unknownFor is how long a booking waits for its customer to become known.
const unknownFor = 10 * time.Second

// trackVisit is the listener to one of the events of an appointment.
func trackVisit[E events.Event](s *Service, read func(E) Visit) events.Listener {
	return events.On("customers.track-visit", func(ctx context.Context, d events.Delivery[E]) error {
		v := read(d.Event)
		v.Key, v.At = d.IdempotencyKey(), d.Time
		err := emit(d, func() ([]events.Event, error) { return s.TrackVisit(ctx, d.TenantID, d.Now(), v) })
		if errors.Is(err, errUnknownCustomer) {
			return events.RetryAfter(unknownFor, err)
		}
		return err
	}, events.Priority(40), events.Emits(customer.BookingRestricted{}, customer.Updated{}))
}
