package calendarsync

import (
	"context"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewPushNewAppointment returns the listener that has the calendar show a new
// appointment. One that was booked in the calendar, or by way of it, is there
// already. One of a service without a calendar is remembered, so that no change of
// it is shown either.
func NewPushNewAppointment(sync *Sync) events.Listener {
	return events.On("calendarsync.push-new-appointment", func(ctx context.Context, d events.Delivery[appointment.Created]) error {
		booking := bookingOf(d.Event.Ref, d.Time)
		switch d.Event.CalendarState {
		case appointment.CalendarSynced:
			return nil
		case appointment.CalendarNone:
			return sync.Hide(ctx, d.TenantID, d.IdempotencyKey(), booking)
		}
		return sync.Converge(ctx, d.TenantID, d.IdempotencyKey(), Target{Booking: booking})
	}, events.Priority(80))
}

func bookingOf(r appointment.Ref, changed time.Time) Booking {
	return Booking{
		ID: r.AppointmentID, Title: r.Display.ServiceName, Location: r.Display.BranchAddress,
		StartsAt: r.StartsAt, EndsAt: r.EndsAt, Zone: r.Zone, Version: r.Version, Changed: changed,
		Metadata: Metadata{AppointmentID: r.AppointmentID},
	}
}
