package calendarsync

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// The listeners that have the calendar show an appointment as it is now. A calendar
// that has the last word was asked before the change: it is told the same again.

// NewPushReschedule returns the one for another time.
func NewPushReschedule(sync *Sync) events.Listener {
	return push(sync, "calendarsync.push-reschedule", 80, func(e appointment.Rescheduled) appointment.Ref { return e.Ref })
}

// NewPushConfirmation returns the one for the yes that it waited for.
func NewPushConfirmation(sync *Sync) events.Listener {
	return push(sync, "calendarsync.push-confirmation", 70, func(e appointment.BecameConfirmed) appointment.Ref { return e.Ref })
}

// NewPushChange returns the one for another service, length or person.
func NewPushChange(sync *Sync) events.Listener {
	return push(sync, "calendarsync.push-change", 60, func(e appointment.Updated) appointment.Ref { return e.Ref })
}

func push[E events.Event](sync *Sync, name string, priority int, of func(E) appointment.Ref) events.Listener {
	return events.On(name, func(ctx context.Context, d events.Delivery[E]) error {
		return sync.Converge(ctx, d.TenantID, d.IdempotencyKey(), Target{Booking: bookingOf(of(d.Event), d.Time)})
	}, events.Priority(priority))
}
