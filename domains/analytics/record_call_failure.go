package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordCallFailure returns the listener that records that a call broke.
func NewRecordCallFailure(facts *Facts) events.Listener {
	return onCall("analytics.record-call-failure", facts, func(e call.Failed) call.Ref { return e.Ref }, (*Call).applyFailed)
}
