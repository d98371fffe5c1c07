package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordBooking returns the listener that counts a booking.
func NewRecordBooking(facts *Facts) events.Listener {
	return events.On("analytics.record-booking", func(ctx context.Context, d events.Delivery[appointment.Created]) error {
		return facts.Record(ctx, d.TenantID, Fact{
			Kind: "booking", Subject: d.Event.AppointmentID, BranchID: d.Event.BranchID, Status: string(d.Event.Status),
			Cents: d.Event.Price.Cents, Currency: d.Event.Price.Currency, OccurredAt: d.Time, EventID: d.ID,
		})
	}, patient)
}
