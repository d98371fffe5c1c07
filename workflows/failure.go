package workflows

import (
	"errors"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
)

// Types of the application errors by which an activity says what a listener's
// error means. Their details are a [FailedAttempt].
const (
	// FailurePermanent: no retry can mend it.
	FailurePermanent = "Permanent"
	// FailureRetryAfter: the listener chose the moment of the next attempt.
	FailureRetryAfter = "RetryAfter"
	// FailureRetryable: anything else.
	FailureRetryable = "Retryable"
)

// A FailedAttempt is what the workflow must know of a listener's failure beyond
// its text.
type FailedAttempt struct {
	Attempt int `json:"attempt"`
	// RetryAfter is the delay that the listener asked for.
	RetryAfter time.Duration `json:"retry_after,omitzero"`
}

func failedDetails(err error) (f FailedAttempt, ok bool) {
	app, isApp := errors.AsType[*temporal.ApplicationError](err)
	if !isApp || !app.HasDetails() {
		return f, false
	}
	return f, app.Details(&f) == nil
}

// failedAttempt returns the number of the attempt that failed.
func failedAttempt(err error) (int, bool) {
	f, ok := failedDetails(err)
	return f.Attempt, ok
}

// handOverDelay returns how long a sync listener asked to be left alone.
func handOverDelay(err error) time.Duration {
	f, _ := failedDetails(err)
	return f.RetryAfter
}

// isFinal reports whether the error of a sync listener is not worth its ladder.
func isFinal(err error) bool {
	if temporal.IsCanceledError(err) {
		return true
	}
	app, ok := errors.AsType[*temporal.ApplicationError](err)
	return ok && app.Type() == FailurePermanent
}

// failureText returns what the listener itself said, without the layers that
// Temporal wraps around it.
func failureText(err error) string {
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		return app.Message()
	}
	if timeout, ok := errors.AsType[*temporal.TimeoutError](err); ok {
		text := "timed out (" + timeout.TimeoutType().String() + ")"
		if last := timeout.Unwrap(); last != nil {
			text += ": " + failureText(last)
		}
		return text
	}
	return err.Error()
}

// clip keeps the first line of a text, short enough for a list of failures.
func clip(text string) string {
	const longest = 400
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > longest {
		line = strings.ToValidUTF8(line[:longest], "") + "…"
	}
	return line
}

func retryPolicy(p events.RetryPolicy) *temporal.RetryPolicy {
	maximum := p.MaximumInterval
	if maximum == 0 {
		// Temporal's default would cap the interval at a hundred times the first.
		maximum = 365 * 24 * time.Hour
	}
	return &temporal.RetryPolicy{
		InitialInterval:    p.InitialInterval,
		BackoffCoefficient: p.BackoffCoefficient,
		MaximumInterval:    max(maximum, p.InitialInterval),
		MaximumAttempts:    int32(p.MaximumAttempts),
	}
}

// priorityKey maps a listener's priority to Temporal's five, of which 1 is
// served first.
func priorityKey(priority int) int {
	switch {
	case priority >= 90:
		return 1
	case priority >= 60:
		return 2
	case priority >= 20:
		return 3
	case priority >= 5:
		return 4
	default:
		return 5
	}
}
