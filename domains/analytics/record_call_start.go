package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordCallStart returns the listener that begins the fact of a call, or completes
// one that a later event has begun.
func NewRecordCallStart(facts *Facts) events.Listener {
	return onCall("analytics.record-call-start", facts, func(e call.Started) call.Ref { return e.Ref }, (*Call).applyStarted)
}
