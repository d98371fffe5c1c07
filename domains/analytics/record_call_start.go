package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordCallStart returns the listener that begins the fact of a call.
func NewRecordCallStart(facts *Facts) events.Listener {
	return events.On("analytics.record-call-start", func(ctx context.Context, d events.Delivery[call.Started]) error {
		return facts.recordCall(ctx, d.Meta, d.Event.CallID, func(c *Call, m *merge) error {
			return c.applyStarted(m, d.Event)
		})
	}, patient)
}
