package calendarsync

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewPushNewAppointment returns the listener that enters a new appointment.
func NewPushNewAppointment(calendar Calendar) events.Listener {
	return events.On("calendarsync.push-new-appointment", func(ctx context.Context, d events.Delivery[appointment.Created]) error {
		e := d.Event
		return calendar.Put(ctx, d.IdempotencyKey(), Booking{
			ID: e.AppointmentID, Title: e.Display.ServiceName, Location: e.Display.BranchAddress,
			StartsAt: e.StartsAt, EndsAt: e.EndsAt, Zone: e.Zone, Version: e.Version, Changed: d.Time,
		})
	}, events.Priority(80))
}
