package calendarsync

import (
	"context"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewPushNewAppointment returns the listener that has the calendar show a new
// appointment. One that was booked in the calendar, or by way of it, is there
// already, and some branches have no calendar.
func NewPushNewAppointment(sync *Sync) events.Listener {
	return events.On("calendarsync.push-new-appointment", func(ctx context.Context, d events.Delivery[appointment.Created]) error {
		if state := d.Event.CalendarState; state == "synced" || state == "none" {
			return nil
		}
		return sync.Converge(ctx, d.TenantID, d.IdempotencyKey(), Target{Booking: bookingOf(d.Event.Ref, d.Time)})
	}, events.Priority(80))
}

func bookingOf(r appointment.Ref, changed time.Time) Booking {
	return Booking{
		ID: r.AppointmentID, Title: r.Display.ServiceName, Location: r.Display.BranchAddress,
		StartsAt: r.StartsAt, EndsAt: r.EndsAt, Zone: r.Zone, Version: r.Version, Changed: changed,
	}
}
