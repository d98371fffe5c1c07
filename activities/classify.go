package activities

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

// classify tells Temporal what a listener's error means: this file is the only
// one that knows both. No cause is passed on, because Temporal would serialise
// the chain and the text would say everything twice.
func classify(err error, attempt int) error {
	details := workflows.FailedAttempt{Attempt: attempt}
	options := temporal.ApplicationErrorOptions{}
	kind := workflows.FailureRetryable
	if events.IsPermanent(err) {
		kind = workflows.FailurePermanent
		options.NonRetryable = true
	} else if after, ok := events.RetryDelay(err); ok {
		kind = workflows.FailureRetryAfter
		details.RetryAfter = after
		options.NextRetryDelay = max(after, time.Millisecond) // zero would mean the policy's interval
	}
	options.Details = []any{details}
	return temporal.NewApplicationErrorWithOptions(err.Error(), kind, options)
}

// classifySync does the same for an attempt inside the workflow task. A listener
// that chooses the moment of its next attempt leaves the task at once: the
// workflow hands it over.
func classifySync(err error, attempt int) error {
	after, ok := events.RetryDelay(err)
	if events.IsPermanent(err) || !ok {
		return classify(err, attempt)
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), workflows.FailureRetryAfter, temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{workflows.FailedAttempt{Attempt: attempt, RetryAfter: after}},
	})
}
