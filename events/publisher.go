package events

import (
	"context"
	"iter"
	"time"
)

// A Publisher announces events. It is safe for concurrent use.
//
// An event is an event struct, which is sealed with the options, or an
// [Envelope]. Publishing the same id again, after an error or a crash, is safe:
// it answers with the first receipt, marked as a duplicate.
type Publisher interface {
	// Publish returns when the event is durable. Nobody has reacted yet.
	Publish(ctx context.Context, e Event, options ...Option) (Receipt, error)
	// PublishAndWait returns when the sync listeners are done, with each one's
	// outcome; the async ones go on. If ctx ends first the event is published and
	// delivered all the same.
	PublishAndWait(ctx context.Context, e Event, options ...Option) (Receipt, []Outcome, error)
	// PublishAfter delays the delivery by d.
	PublishAfter(ctx context.Context, d time.Duration, e Event, options ...Option) (Receipt, error)
	// PublishAt delays the delivery until t.
	PublishAt(ctx context.Context, t time.Time, e Event, options ...Option) (Receipt, error)
	// PublishAll publishes a stream, at most concurrency events at a time, and
	// yields one result an event, in the order of the stream. A failed event does
	// not end it; ending the loop or the context does.
	PublishAll(ctx context.Context, stream iter.Seq[Event], concurrency int, options ...Option) iter.Seq[Result]
}

// A Receipt proves that an event is durable.
type Receipt struct {
	EventID    string `json:"event_id"`
	Type       string `json:"type"`
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
	// Duplicate says that this id was published before; type and ids are those of
	// the first, and Status is where its delivery stands.
	Duplicate bool   `json:"duplicate"`
	Status    Status `json:"status"`
}

// A Result is a receipt or an error for one event of a stream.
type Result struct {
	Receipt Receipt
	Err     error
}

// Status is where the delivery of an event stands.
type Status string

// The states of a delivery.
const (
	// Scheduled: the moment of a delayed delivery has not come.
	Scheduled Status = "scheduled"
	// Delivering: listeners are at work or wait for their next attempt.
	Delivering Status = "delivering"
	// Delivered: every listener has succeeded.
	Delivered Status = "delivered"
	// Failed: at least one listener has failed for good, or the delivery was
	// ended by an operator; a redrive runs what failed again.
	Failed Status = "failed"
)

// Statuses lists all states.
func Statuses() []Status { return []Status{Scheduled, Delivering, Delivered, Failed} }

// An Outcome is what became of one listener in one delivery.
type Outcome struct {
	Listener string        `json:"listener"`
	Sync     bool          `json:"sync,omitzero"`
	Status   OutcomeStatus `json:"status"`
	// Attempts counts all runs, those inside the workflow task too.
	Attempts int    `json:"attempts"`
	Error    string `json:"error,omitzero"`
	// Emitted are the ids of the events that the listener emitted.
	Emitted []string `json:"emitted,omitzero"`
}

// OutcomeStatus is the state of one listener in one delivery.
type OutcomeStatus string

// The states of a listener.
const (
	// Pending: not called yet, at work, or waiting for its next attempt.
	Pending OutcomeStatus = "pending"
	// Succeeded: done, its emitted events are published.
	Succeeded OutcomeStatus = "succeeded"
	// HandedOver: a sync listener whose quick attempts failed and which goes on
	// as an async one.
	HandedOver OutcomeStatus = "handed_over"
	// GaveUp: its attempts are used up, or the error was permanent.
	GaveUp OutcomeStatus = "failed"
)
