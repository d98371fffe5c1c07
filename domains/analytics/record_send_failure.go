package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/notification"
)

// NewRecordSendFailure returns the listener that records that a message got through on
// no channel.
func NewRecordSendFailure(facts *Facts) events.Listener {
	return events.On("analytics.record-send-failure", func(ctx context.Context, d events.Delivery[notification.Failed]) error {
		return facts.recordMessage(ctx, d.Meta, d.Now(), d.Event.NotificationID, d.Event.AppointmentID, func(n *Message, m *merge) {
			n.applyFailed(m, d.Event)
		})
	}, patient)
}
