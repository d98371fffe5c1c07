package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/notification"
)

// NewRecordSend returns the listener that records that a message was handed to a channel.
func NewRecordSend(facts *Facts) events.Listener {
	return events.On("analytics.record-send", func(ctx context.Context, d events.Delivery[notification.Sent]) error {
		return facts.recordMessage(ctx, d.Meta, d.Now(), d.Event.NotificationID, d.Event.AppointmentID, func(n *Message, m *merge) {
			n.applySent(m, d.Event)
		})
	}, patient)
}
