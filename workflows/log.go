package workflows

import (
	"time"

	"github.com/herald-bus/herald/events"
)

// A Record is one event in the log: what its workflow's visibility record says.
type Record struct {
	EventID       string        `json:"event_id"`
	Type          string        `json:"type"`
	AggregateType string        `json:"aggregate_type"`
	AggregateID   string        `json:"aggregate_id"`
	CorrelationID string        `json:"correlation_id"`
	CausationID   string        `json:"causation_id,omitzero"`
	TenantID      string        `json:"tenant_id"`
	Source        string        `json:"source"`
	Status        events.Status `json:"status"`
	// FailedListeners are those that gave up, while Status is failed.
	FailedListeners []string  `json:"failed_listeners,omitzero"`
	PublishedAt     time.Time `json:"published_at"`
	ClosedAt        time.Time `json:"closed_at,omitzero"`
	WorkflowID      string    `json:"workflow_id"`
	RunID           string    `json:"run_id"`
}

// A Story is one event with everything that happened to it.
type Story struct {
	Record
	Envelope events.Envelope `json:"envelope"`
	// Listeners are the planned ones in the order of delivery, each with what
	// became of it over all runs of the delivery.
	Listeners []ListenerStory `json:"listeners"`
	// Runs counts the delivery itself and its redrives.
	Runs int `json:"runs"`
	// Failure is the text of the workflow's failure, or "".
	Failure string `json:"failure,omitzero"`
}

// A ListenerStory is one listener of one event.
type ListenerStory struct {
	Step
	Status   events.OutcomeStatus `json:"status"`
	Attempts int                  `json:"attempts"`
	// Error is the text of the last failed attempt.
	Error string `json:"error,omitzero"`
	// NextAttemptAt is when the next attempt of a pending listener starts, if it
	// waits for one.
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	// Emitted are the events that the listener emitted.
	Emitted []EmittedEvent `json:"emitted,omitzero"`
}

// An EmittedEvent is one that a listener emitted.
type EmittedEvent struct {
	EventID   string    `json:"event_id"`
	Type      string    `json:"type"`
	DeliverAt time.Time `json:"deliver_at,omitzero"`
}

// A Filter selects records; empty fields select everything.
type Filter struct {
	Type          string
	AggregateType string
	AggregateID   string
	CorrelationID string
	TenantID      string
	Status        events.Status
	// Listener selects failed deliveries in which this listener gave up.
	Listener string
}

// A Node is an event in the causal tree of a correlation id.
type Node struct {
	Record
	// CausedByListener is the listener of the parent that emitted the event.
	CausedByListener string  `json:"caused_by_listener,omitzero"`
	Children         []*Node `json:"children,omitzero"`
}
