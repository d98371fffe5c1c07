package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordCancellation returns the listener that records who cancelled an
// appointment, and at what price.
func NewRecordCancellation(facts *Facts) events.Listener {
	return events.On("analytics.record-cancellation", func(ctx context.Context, d events.Delivery[appointment.Cancelled]) error {
		return facts.recordBooking(ctx, d.Meta, d.Event.AppointmentID, func(b *Booking, m *merge) error {
			return b.applyCancelled(m, d.Event)
		})
	}, patient)
}
