package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordCallCost returns the listener that records what a call has cost in the end.
func NewRecordCallCost(facts *Facts) events.Listener {
	return onCall("analytics.record-call-cost", facts, func(e call.CostSettled) call.Ref { return e.Ref }, (*Call).applySettled)
}
