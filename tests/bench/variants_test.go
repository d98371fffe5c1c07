package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

// A variant is one way to have work done. start returns as soon as the server has
// acknowledged; the run's end is awaited by its ids.
type variant struct {
	name  string
	start func(ctx context.Context) (workflowID, runID string, err error)
}

const (
	emptyWorkflow    = "bench.empty"
	sequenceWorkflow = "bench.sequence"
	parallelWorkflow = "bench.parallel"
	emptyActivity    = "bench.nothing"

	activitiesEach = 5
)

func empty(workflow.Context) error { return nil }

func nothing(context.Context) error { return nil }

func withActivityOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
}

func inSequence(ctx workflow.Context) error {
	ctx = withActivityOptions(ctx)
	for range activitiesEach {
		if err := workflow.ExecuteActivity(ctx, emptyActivity).Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

func inParallel(ctx workflow.Context) error {
	ctx = withActivityOptions(ctx)
	var running []workflow.Future
	for range activitiesEach {
		running = append(running, workflow.ExecuteActivity(ctx, emptyActivity))
	}
	for _, future := range running {
		if err := future.Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// Events with so many listeners; the names say how many and of which mode.
type (
	oneSync   struct{ thing }
	fiveSync  struct{ thing }
	tenSync   struct{ thing }
	fiveAsync struct{ thing }
)

type thing struct {
	ThingID string `json:"thing_id"`
}

func (t thing) AggregateID() string { return t.ThingID }

func (oneSync) EventName() string   { return "bench.one_sync" }
func (fiveSync) EventName() string  { return "bench.five_sync" }
func (tenSync) EventName() string   { return "bench.ten_sync" }
func (fiveAsync) EventName() string { return "bench.five_async" }

// listeners returns n listeners to E that do nothing.
func listeners[E events.Event](n int, options ...events.ListenerOption) []events.Listener {
	var all []events.Listener
	for i := range n {
		var e E
		name := fmt.Sprintf("%s-%d", strings.ReplaceAll(e.EventName(), "_", "-"), i)
		all = append(all, events.On(name, func(context.Context, events.Delivery[E]) error { return nil }, options...))
	}
	return all
}

func newRegistry() (*events.Registry, error) {
	types := []events.Type{events.TypeOf[oneSync](), events.TypeOf[fiveSync](), events.TypeOf[tenSync](), events.TypeOf[fiveAsync]()}
	all := listeners[oneSync](1, events.Sync())
	all = append(all, listeners[fiveSync](5, events.Sync())...)
	all = append(all, listeners[tenSync](10, events.Sync())...)
	all = append(all, listeners[fiveAsync](5)...)
	return events.NewRegistry(types, all)
}

// bare starts a workflow as the publisher does, without what makes it an event.
func bare(name string, c client.Client, workflowType string, attributes ...temporal.SearchAttributeUpdate) variant {
	return variant{name, func(ctx context.Context) (string, string, error) {
		run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID:                    "bench/" + uuid.NewString(),
			TaskQueue:             taskQueue,
			WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
			EnableEagerStart:      true, // takes effect where c has a worker
			TypedSearchAttributes: temporal.NewSearchAttributes(attributes...),
		}, workflowType)
		if err != nil {
			return "", "", err
		}
		return run.GetID(), run.GetRunID(), nil
	}}
}

// attributes are as many as an event has: they let a workflow be found, and cost.
func attributes() []temporal.SearchAttributeUpdate {
	var updates []temporal.SearchAttributeUpdate
	for _, name := range []string{"AggregateType", "AggregateId", "CorrelationId", "TenantId", "EventSource", "EventStatus"} {
		updates = append(updates, temporal.NewSearchAttributeKeyKeyword(name).ValueSet(name))
	}
	return updates
}

func published(name string, p *workflows.Publisher, make func(thing) events.Event) variant {
	return variant{name, func(ctx context.Context) (string, string, error) {
		receipt, err := p.Publish(ctx, make(thing{uuid.NewString()}), events.Tenant(tenant))
		return receipt.WorkflowID, receipt.RunID, err
	}}
}
