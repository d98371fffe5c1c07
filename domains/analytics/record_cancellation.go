package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordCancellation returns the listener that counts a cancellation.
func NewRecordCancellation(facts *Facts) events.Listener {
	return events.On("analytics.record-cancellation", func(ctx context.Context, d events.Delivery[appointment.Cancelled]) error {
		return facts.Record(ctx, d.TenantID, Fact{
			Kind: "booking", Subject: d.Event.AppointmentID, BranchID: d.Event.BranchID, Status: string(appointment.StatusCancelled),
			Cents: d.Event.Fee.Cents, Currency: d.Event.Fee.Currency, OccurredAt: d.Time, EventID: d.ID,
		})
	}, patient)
}
