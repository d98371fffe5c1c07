package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordCallAnalysis returns the listener that records what became of a call, as
// the highest revision has it.
func NewRecordCallAnalysis(facts *Facts) events.Listener {
	return onCall("analytics.record-call-analysis", facts, func(e call.Analyzed) call.Ref { return e.Ref }, (*Call).applyAnalyzed)
}
