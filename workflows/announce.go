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
	var started []workflow.Future
	for _, env := range all {
		started = append(started, startDelivery(ctx, env))
	}
	for i, future := range started {
		if err := isPublished(ctx, future); err != nil {
			return fmt.Errorf("publish %s %s: %w", all[i].Type, all[i].ID, err)
		}
	}
	return nil
}
