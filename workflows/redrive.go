package workflows

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"

	"github.com/herald-bus/herald/events"
)

// ErrNotFailed is wrapped by the error of a redrive of an event that did not fail.
var ErrNotFailed = errors.New("event did not fail")

// RedriveOptions say, in the history, who wanted a redrive and why.
type RedriveOptions struct {
	Reason string
	By     string
}

// Redrive runs the failed listeners of an event again, as a new run of the same
// workflow id; what succeeded is carried over. Two redrives at once are one: the
// second answers with the first one's run, as a duplicate. An event that did not
// fail is refused with [ErrNotFailed].
func (p *Publisher) Redrive(ctx context.Context, eventID string, options RedriveOptions) (events.Receipt, error) {
	if !events.IsUUID(eventID) {
		return events.Receipt{}, fmt.Errorf("%w: %q is no event id", ErrNotFound, eventID)
	}
	story, err := p.log.Describe(ctx, eventID)
	if err != nil {
		return events.Receipt{}, err
	}
	if story.Status != events.Failed {
		return story.receipt(), fmt.Errorf("%w: %s is %s; a redrive is for what failed", ErrNotFailed, eventID, story.Status)
	}
	redrive := Redrive{RunID: story.RunID, Number: story.Runs, Reason: options.Reason, By: options.By}
	redrive.Failed, redrive.Carried = story.unsettled()
	env := story.Envelope
	start := p.startOptions(env)
	start.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
	run, err := p.client.ExecuteWorkflow(withTimeSkipping(ctx, env), start, env.Type, env, redrive)
	if err != nil {
		return p.duplicateOr(ctx, env, err)
	}
	return receipt(env, run.GetRunID()), nil
}
