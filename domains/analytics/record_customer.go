package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// NewRecordCustomer returns the listener that records a new customer.
func NewRecordCustomer(facts *Facts) events.Listener {
	return events.On("analytics.record-customer", func(ctx context.Context, d events.Delivery[customer.Created]) error {
		return facts.recordCustomer(ctx, d.Meta, d.Event)
	}, patient)
}
