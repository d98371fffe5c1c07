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

// NewTrackConfirmed returns the listener that enters the yes that a booking waited
// for.
func NewTrackConfirmed(s *Service) events.Listener {
	return trackVisit(s, func(e appointment.BecameConfirmed) Visit { return Visit{Ref: e.Ref} })
}

// NewTrackUpdated returns the listener that enters another service, person or price.
func NewTrackUpdated(s *Service) events.Listener {
	return trackVisit(s, func(e appointment.Updated) Visit { return Visit{Ref: e.Ref, Price: &e.After.Price} })
}

// NewTrackRescheduled returns the listener that enters another time.
func NewTrackRescheduled(s *Service) events.Listener {
	return trackVisit(s, func(e appointment.Rescheduled) Visit { return Visit{Ref: e.Ref, Moved: true} })
}

// NewTrackCompleted returns the listener that enters a visit that took place.
func NewTrackCompleted(s *Service) events.Listener {
	return trackVisit(s, func(e appointment.BecameCompleted) Visit { return Visit{Ref: e.Ref, Price: &e.Price} })
}

// NewTrackNoShow returns the listener that enters a visit that nobody came to.
func NewTrackNoShow(s *Service) events.Listener {
	return trackVisit(s, func(e appointment.BecameNoShow) Visit { return Visit{Ref: e.Ref} })
}

// trackVisit is the listener to one of the events of an appointment.
func trackVisit[E events.Event](s *Service, read func(E) Visit) events.Listener {
	return events.On("customers.track-visit", func(ctx context.Context, d events.Delivery[E]) error {
		v := read(d.Event)
		v.Key, v.At = d.IdempotencyKey(), d.Time
		return emit(d, func() ([]events.Event, error) { return s.TrackVisit(ctx, d.TenantID, d.Now(), v) })
	}, events.Priority(40), events.Emits(customer.BookingRestricted{}, customer.Updated{}))
}
