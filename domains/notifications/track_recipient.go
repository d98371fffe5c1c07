package notifications

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// NewTrackNewRecipient returns the listener that keeps how a new customer is
// reached.
func NewTrackNewRecipient(recipients *Recipients) events.Listener {
	return trackRecipient(recipients, func(e customer.Created) customer.Profile { return e.Profile })
}

// NewTrackChangedRecipient returns the listener that keeps what is new of a customer.
func NewTrackChangedRecipient(recipients *Recipients) events.Listener {
	return trackRecipient(recipients, func(e customer.Updated) customer.Profile { return e.Profile })
}

// trackRecipient is the listener to one of the events that carry a profile, which
// may arrive in any order.
func trackRecipient[E events.Event](recipients *Recipients, of func(E) customer.Profile) events.Listener {
	return events.On("notifications.track-recipient", func(ctx context.Context, d events.Delivery[E]) error {
		return recipients.Keep(ctx, d.TenantID, recipientOf(of(d.Event)))
	}, events.Sync(), events.Priority(450))
}

// NewForgetRecipient returns the listener that lets go of an erased customer.
func NewForgetRecipient(recipients *Recipients) events.Listener {
	return events.On("notifications.forget-recipient", func(ctx context.Context, d events.Delivery[customer.Erased]) error {
		return recipients.Forget(ctx, d.TenantID, d.Event.CustomerID)
	}, events.Sync(), events.Priority(450))
}
