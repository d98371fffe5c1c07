package workflows

import (
	"time"

	"github.com/herald-bus/herald/events"
)

// PlanActivity is the local activity that asks the registry who listens to an
// event. It takes a [PlanRequest] and returns a [Plan].
const PlanActivity = "herald.plan"

// SyncActivity is the local activity that runs one sync listener: it takes the
// listener's name and the envelope, and returns an [Emission]. It has one name
// for all listeners, because the SDK fails a local activity that a worker does
// not know without a trace in history, which no replay survives.
const SyncActivity = "herald.run-sync-listener"

// A PlanRequest asks for the listeners of one event.
type PlanRequest struct {
	Type string `json:"type"`
	// Only names the listeners of a redrive; all, if it is empty.
	Only []string `json:"only,omitzero"`
}

// A Plan is the recorded decision who gets an event, in the order of delivery.
type Plan struct {
	Steps []Step `json:"steps"`
}

// A Step is one listener in a plan, with what the workflow needs to run it.
type Step struct {
	Listener string             `json:"listener"`
	Sync     bool               `json:"sync,omitzero"`
	Priority int                `json:"priority"`
	Timeout  time.Duration      `json:"timeout"`
	Retry    events.RetryPolicy `json:"retry"`
}

// An Emission is the result of a listener: what it emitted.
type Emission struct {
	Events []events.Envelope `json:"events,omitzero"`
	// Attempt is the number of the attempt that succeeded.
	Attempt int `json:"attempt"`
}
