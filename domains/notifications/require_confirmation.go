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
	return events.On("notifications.require-confirmation", requireConfirmation,
		events.Sync(), events.Priority(200), events.Emits(notification.ConfirmationRequired{}))
}

func requireConfirmation(_ context.Context, d events.Delivery[appointment.Created]) error {
	e := d.Event
	if e.Status != appointment.Confirmed || !e.Notify || e.SeriesID != "" {
		return nil
	}
	d.Emit(notification.ConfirmationRequired{
		AppointmentID:   e.AppointmentID,
		Version:         e.Version,
		CustomerID:      e.CustomerID,
		CallID:          e.CallID,
		Display:         e.Display,
		StartsAt:        e.StartsAt,
		EndsAt:          e.EndsAt,
		Zone:            e.Zone,
		ContactOverride: e.ContactOverride,
	}, events.OccurredAt(d.Time)) // certain since it was booked, however late this runs
	return nil
}
