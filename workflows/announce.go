package workflows

import (
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
)

// startDelivery publishes an event from inside a workflow: its delivery is a child
// that outlives the parent. An event that exists already was published by an
// earlier run of the same step: see [isPublished].
func startDelivery(ctx workflow.Context, env events.Envelope) workflow.Future {
	status := events.Delivering
	if !env.DeliverAt.IsZero() {
		status = events.Scheduled
	}
	child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            WorkflowID(env.ID),
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_ABANDON,
		TypedSearchAttributes: searchAttributes(env, status),
		StaticSummary:         summary(env),
		StaticDetails:         details(env),
		Priority:              temporal.Priority{FairnessKey: env.TenantID},
	})
	return workflow.ExecuteChildWorkflow(child, env.Type, env).GetChildWorkflowExecution()
}

// isPublished waits for a delivery to have started, now or before.
func isPublished(ctx workflow.Context, started workflow.Future) error {
	err := started.Get(ctx, nil)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	return err
}

// announce publishes events, each once, and returns when their deliveries exist.
func announce(ctx workflow.Context, all []events.Envelope) error {
	started := make([]workflow.Future, len(all))
	for i, env := range all {
		started[i] = startDelivery(ctx, env)
	}
	for i, env := range all {
		if err := isPublished(ctx, started[i]); err != nil {
			return fmt.Errorf("publish %s %s: %w", env.Type, env.ID, err)
		}
	}
	return nil
}
