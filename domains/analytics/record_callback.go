package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordCallback returns the listener that records that somebody wants to be called
// back.
func NewRecordCallback(facts *Facts) events.Listener {
	return events.On("analytics.record-callback", func(ctx context.Context, d events.Delivery[appointment.CallbackRequested]) error {
		return facts.recordCallback(ctx, d.Meta, d.Event)
	}, patient)
}
