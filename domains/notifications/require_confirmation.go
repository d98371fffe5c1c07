package notifications

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/notification"
)

// NewRequireConfirmation returns the listener that has a customer told of an
// appointment that is certain from the start. One that waits for somebody's yes
// is not certain yet, a series is confirmed as a whole, and without notify
// somebody else tells the customer.
func NewRequireConfirmation() events.Listener {
	return requireConfirmation(func(e appointment.Created) (appointment.Ref, string, bool) {
		return e.Ref, e.CallID, e.Status == appointment.Confirmed && e.Notify && e.SeriesID == ""
	})
}

// NewRequireConfirmationOfConfirmed returns the listener that has a customer told of
// the yes that he waited for. Each yes is told by itself, in a series too: when that was
// told of as a whole, this one was not certain.
func NewRequireConfirmationOfConfirmed() events.Listener {
	return requireConfirmation(func(e appointment.BecameConfirmed) (appointment.Ref, string, bool) { return e.Ref, "", true })
}

// requireConfirmation is the listener to one of the events by which an appointment
// becomes certain.
func requireConfirmation[E events.Event](of func(E) (ref appointment.Ref, callID string, certain bool)) events.Listener {
	return events.On("notifications.require-confirmation", func(_ context.Context, d events.Delivery[E]) error {
		e, callID, certain := of(d.Event)
		if !certain {
			return nil
		}
		d.Emit(notification.ConfirmationRequired{
			AppointmentID:   e.AppointmentID,
			Version:         e.Version,
			CustomerID:      e.CustomerID,
			CallID:          callID,
			Display:         e.Display,
			StartsAt:        e.StartsAt,
			EndsAt:          e.EndsAt,
			Zone:            e.Zone,
			ContactOverride: e.ContactOverride,
		}, events.OccurredAt(d.Time)) // certain since then, however late this runs
		return nil
	}, events.Sync(), events.Priority(200), events.Emits(notification.ConfirmationRequired{}))
}
