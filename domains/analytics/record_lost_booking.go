package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordLostBooking returns the listener that records a booking that was given up.
func NewRecordLostBooking(facts *Facts) events.Listener {
	return events.On("analytics.record-lost-booking", func(ctx context.Context, d events.Delivery[appointment.BookingFailed]) error {
		return facts.recordLost(ctx, d.Meta, d.Now(), lost{lostFailed, d.Event.BranchID, d.Event.ServiceID, d.Event.Zone, string(d.Event.Reason)})
	}, patient)
}
