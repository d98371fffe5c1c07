package availability

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// NewFreeSlot returns the listener that gives back the time of a cancelled
// appointment.
func NewFreeSlot(s *Service) events.Listener {
	return freeSlot[appointment.Cancelled](s, availability.ReleasedCancelled)
}

// NewFreeFailedSlot returns the listener that gives back the time of a booking that
// failed, should anything be left of it: the booking gives back what it held itself.
func NewFreeFailedSlot(s *Service) events.Listener {
	return freeSlot[appointment.BookingFailed](s, availability.ReleasedCompensated)
}

// freeSlot is the listener to any event about an appointment after which its time is
// nobody's.
func freeSlot[E events.Event](s *Service, reason string) events.Listener {
	return events.On("availability.free-slot", func(ctx context.Context, d events.Delivery[E]) error {
		_, announced, err := s.ReleaseBooking(ctx, d.TenantID, d.Now(), availability.ReleaseBookingRequest{
			AppointmentID: d.Event.AggregateID(), Reason: reason, Key: d.IdempotencyKey(),
		})
		emit(d, announced)
		return err
	}, events.Sync(), events.Priority(500), events.Emits(availability.SlotReleased{}))
}

// NewGiveBackRestOfVisit returns the listener that gives back the time that a visit
// did not need.
func NewGiveBackRestOfVisit(s *Service) events.Listener {
	return giveBackRest[appointment.BecameCompleted](s)
}

// NewGiveBackRestOfNoShow returns the listener that gives back the time that nobody
// came for.
func NewGiveBackRestOfNoShow(s *Service) events.Listener {
	return giveBackRest[appointment.BecameNoShow](s)
}

// giveBackRest is the listener to any event about an appointment that has ended.
func giveBackRest[E events.Event](s *Service) events.Listener {
	return events.On("availability.give-back-rest", func(ctx context.Context, d events.Delivery[E]) error {
		_, announced, err := s.GiveBackRest(ctx, d.TenantID, d.Now(), availability.ReleaseBookingRequest{
			AppointmentID: d.Event.AggregateID(), Reason: availability.ReleasedFinishedEarly, Key: d.IdempotencyKey(),
		})
		emit(d, announced)
		return err
	}, events.Priority(50), events.Emits(availability.SlotReleased{}))
}

// emit announces what follows from an event, as of that event, however late or often
// it is handled.
func emit[E events.Event](d events.Delivery[E], all []events.Event) {
	for _, e := range all {
		d.Emit(e, events.OccurredAt(d.Time))
	}
}
