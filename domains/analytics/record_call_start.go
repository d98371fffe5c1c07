package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordCallStart returns the listener that counts a call.
func NewRecordCallStart(facts *Facts) events.Listener {
	return events.On("analytics.record-call-start", func(ctx context.Context, d events.Delivery[call.Started]) error {
		return facts.Record(ctx, d.TenantID, Fact{
			Kind: "call", Subject: d.Event.CallID, BranchID: d.Event.BranchID, Status: "started", OccurredAt: d.Time, EventID: d.ID,
		})
	}, patient)
}
