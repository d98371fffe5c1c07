package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/notification"
)

// NewRecordDelivery returns the listener that records that a message has arrived.
func NewRecordDelivery(facts *Facts) events.Listener {
	return events.On("analytics.record-delivery", func(ctx context.Context, d events.Delivery[notification.Delivered]) error {
		return facts.recordMessage(ctx, d.Meta, d.Now(), d.Event.NotificationID, "", func(n *Message, m *merge) {
			n.applyDelivered(m, d.Event)
		})
	}, patient)
}
