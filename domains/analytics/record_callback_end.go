package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordCallbackCompleted returns the listener that records that somebody was called
// back.
func NewRecordCallbackCompleted(facts *Facts) events.Listener {
	return events.On("analytics.record-callback-end", func(ctx context.Context, d events.Delivery[appointment.CallbackCompleted]) error {
		return facts.recordCallbackEnd(ctx, d.Meta, d.Event.CallbackID, callbackCompleted)
	}, patient)
}

// NewRecordCallbackExpired returns the listener that records that nobody called back in
// time.
func NewRecordCallbackExpired(facts *Facts) events.Listener {
	return events.On("analytics.record-callback-end", func(ctx context.Context, d events.Delivery[appointment.CallbackExpired]) error {
		return facts.recordCallbackEnd(ctx, d.Meta, d.Event.CallbackID, callbackExpired)
	}, patient)
}
