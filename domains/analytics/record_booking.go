package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordBooking returns the listener that begins the fact of an appointment, or
// completes one that a later event has begun.
func NewRecordBooking(facts *Facts) events.Listener {
	return events.On("analytics.record-booking", func(ctx context.Context, d events.Delivery[appointment.Created]) error {
		return facts.recordBooking(ctx, d.Meta, d.Event.AppointmentID, func(b *Booking, m *merge) error {
			return b.applyCreated(m, d.Event)
		})
	}, patient)
}
