package workflows

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// Callbacks starts the lives of callbacks and gives commands to them.
type Callbacks struct {
	client client.Client
	config Config
}

// NewCallbacks returns the lives over c, whose connection should have the
// [TimeSkippingInterceptor] if causes may ask for time skipping.
func NewCallbacks(c client.Client, config Config) *Callbacks { return &Callbacks{c, config} }

// WatchCallback starts the life of a callback that the event of meta asks for. One
// that lives, or has ended well, is left alone.
func (b *Callbacks) WatchCallback(ctx context.Context, tenantID, callbackID string, meta events.Meta) error {
	start := CallbackStart{CallbackID: callbackID, Cause: Cause{
		TenantID: tenantID, CorrelationID: meta.CorrelationID, CausationID: meta.ID, Hops: meta.Hops + 1,
		CausedBy: meta.CausedBy, TraceParent: meta.TraceParent, TimeSkipping: meta.TimeSkipping(),
	}}
	options := b.options(start)
	if _, err := b.client.ExecuteWorkflow(skipping(ctx, start.Cause), options, CallbackLifeType, start); err != nil {
		return fmt.Errorf("watch callback %s: %w", callbackID, err)
	}
	return nil
}

// LogAttempt notes a try to reach the caller. With the number of the attempt it is
// safe to ask twice.
func (b *Callbacks) LogAttempt(ctx context.Context, c CallbackCommand[appointment.CallbackAttempt]) (CallbackAnswer, error) {
	return tell(ctx, b, c.Request.CallbackID, LogAttemptUpdate, c)
}

// Complete closes a callback; twice is once.
func (b *Callbacks) Complete(ctx context.Context, c CallbackCommand[appointment.CallbackOutcome]) (CallbackAnswer, error) {
	return tell(ctx, b, c.Request.CallbackID, CompleteCallbackUpdate, c)
}

// tell gives a command to a life, which is started where it does not run.
func tell[T any](ctx context.Context, b *Callbacks, callbackID, name string, c CallbackCommand[T]) (answer CallbackAnswer, err error) {
	return answer, updateLife(ctx, b.client, b.config, lifeOf{
		workflow: CallbackLifeType, workflowID: CallbackWorkflowID(callbackID),
		aggregate: "callback", id: callbackID, kind: "callback", cause: c.Cause, start: CallbackStart{Cause: c.Cause, CallbackID: callbackID},
	}, name, c, c.Wait, &answer)
}

func (b *Callbacks) options(start CallbackStart) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       CallbackWorkflowID(start.CallbackID),
		TaskQueue:                b.config.taskQueue(),
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			aggregateTypeKey.ValueSet("callback"), aggregateIDKey.ValueSet(start.CallbackID),
			correlationIDKey.ValueSet(start.Cause.CorrelationID), tenantIDKey.ValueSet(start.Cause.TenantID)),
		StaticSummary: "callback " + start.CallbackID,
		Priority:      temporal.Priority{PriorityKey: 1, FairnessKey: start.Cause.TenantID},
	}
}

// skipping marks the calls of a cause that asks for time skipping.
func skipping(ctx context.Context, c Cause) context.Context {
	if !c.TimeSkipping {
		return ctx
	}
	return context.WithValue(ctx, timeSkippingKey{}, true)
}
