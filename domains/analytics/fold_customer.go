package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// NewFoldCustomer returns the listener that makes a duplicate's facts the survivor's.
func NewFoldCustomer(facts *Facts) events.Listener {
	return events.On("analytics.fold-customer", func(ctx context.Context, d events.Delivery[customer.Merged]) error {
		return facts.fold(ctx, d.TenantID, d.Now(), d.Event)
	}, patient)
}
