package notifications

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/notification"
)

// NewRequireConfirmation returns the listener that asks for a confirmation of an
// appointment which is certain from the start. Where somebody else tells the
// customer, and in a series, which is summed up, it asks for nothing.
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
		AppointmentID: e.AppointmentID, Version: e.Version, CustomerID: e.CustomerID, CallID: e.CallID, Display: e.Display,
		StartsAt: e.StartsAt, EndsAt: e.EndsAt, Zone: e.Zone, ContactOverride: e.ContactOverride,
	})
	return nil
}
