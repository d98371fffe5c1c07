package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// NewForgetCustomer returns the listener that takes an erased customer out of all
// facts.
func NewForgetCustomer(facts *Facts) events.Listener {
	return events.On("analytics.forget-customer", func(ctx context.Context, d events.Delivery[customer.Erased]) error {
		return facts.forget(ctx, d.TenantID, d.Event.CustomerID)
	}, patient)
}
