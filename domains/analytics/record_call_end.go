package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordCallEnd returns the listener that records how a call ended, how long it
// took and what it may cost.
func NewRecordCallEnd(facts *Facts) events.Listener {
	return onCall("analytics.record-call-end", facts, func(e call.Ended) call.Ref { return e.Ref }, (*Call).applyEnded)
}
