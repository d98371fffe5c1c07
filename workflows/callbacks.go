package workflows

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

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
	start := CallbackStart{CallbackID: callbackID, Cause: causeOf(tenantID, meta)}
	options := callbackOf(start).options(b.config, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY)
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
	life := callbackOf(CallbackStart{Cause: c.Cause, CallbackID: callbackID})
	err = updateLife(ctx, b.client, b.config, life, name, c, c.Wait, &answer)
	return answer, err
}

// callbackOf is the life of a callback.
func callbackOf(start CallbackStart) lifeOf {
	return lifeOf{
		workflow: CallbackLifeType, workflowID: CallbackWorkflowID(start.CallbackID),
		aggregate: "callback", id: start.CallbackID, kind: "callback", cause: start.Cause, start: start,
	}
}
