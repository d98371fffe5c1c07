package notifications

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// NewTrackNewRecipient returns the listener that keeps how a new customer is
// reached.
func NewTrackNewRecipient(recipients *Recipients) events.Listener {
	return trackRecipient(func(ctx context.Context, tenantID string, e customer.Created) error {
		return recipients.Keep(ctx, tenantID, recipientOf(e.Profile))
	})
}

// NewTrackChangedRecipient returns the listener that keeps what is new of a customer.
func NewTrackChangedRecipient(recipients *Recipients) events.Listener {
	return trackRecipient(func(ctx context.Context, tenantID string, e customer.Updated) error {
		return recipients.Keep(ctx, tenantID, recipientOf(e.Profile))
	})
}

// NewTrackConsent returns the listener that keeps what a customer agrees to.
func NewTrackConsent(recipients *Recipients) events.Listener {
	return trackRecipient(func(ctx context.Context, tenantID string, e customer.ConsentChanged) error {
		return recipients.KeepConsent(ctx, tenantID, e)
	})
}

// NewTrackMerge returns the listener that writes to the customer that somebody turned
// out to be.
func NewTrackMerge(recipients *Recipients) events.Listener {
	return trackRecipient(func(ctx context.Context, tenantID string, e customer.Merged) error {
		return recipients.Merge(ctx, tenantID, e.MergeID, e.PrimaryID, e.DuplicateID)
	})
}

// NewTrackUndoneMerge returns the listener that tells them apart again.
func NewTrackUndoneMerge(recipients *Recipients) events.Listener {
	return trackRecipient(func(ctx context.Context, tenantID string, e customer.Unmerged) error {
		return recipients.Unmerge(ctx, tenantID, e.MergeID, e.PrimaryID, e.RestoredID)
	})
}

// trackRecipient is the listener to one of the events that tell of a customer, which
// may arrive in any order.
func trackRecipient[E events.Event](keep func(ctx context.Context, tenantID string, e E) error) events.Listener {
	return events.On("notifications.track-recipient", func(ctx context.Context, d events.Delivery[E]) error {
		return keep(ctx, d.TenantID, d.Event)
	}, events.Sync(), events.Priority(450))
}

// NewForgetRecipient returns the listener that lets go of an erased customer.
func NewForgetRecipient(recipients *Recipients) events.Listener {
	return events.On("notifications.forget-recipient", func(ctx context.Context, d events.Delivery[customer.Erased]) error {
		return recipients.Forget(ctx, d.TenantID, d.Event.CustomerID)
	}, events.Sync(), events.Priority(450))
}
