package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Commands and questions that are a workflow of a single step, under its name: so a
// write and what it announces happen together or not at all, and whoever asks needs
// a connection to Temporal and nothing else.
const (
	StepSeed          = "demo.seed"
	StepFreeSlots     = "availability.free-slots"
	StepDemand        = "appointments.demand"
	StepQuery         = "appointments.query"
	StepList          = "appointments.list"
	StepFindCustomers = "customers.find"
	StepMerge         = "customers.merge"
	StepUndoMerge     = "customers.undo-merge"
	StepRequestErase  = "customers.request-erasure"
	StepListCallbacks = "appointments.list-callbacks"
	StepListSeries    = "appointments.list-series"
	StepReport        = "analytics.report"
	StepRebuild       = "analytics.rebuild"
	StepVerify        = "audit.verify"
)

// lonely lists them.
var lonely = []string{
	StepSeed, StepFreeSlots, StepDemand, StepQuery, StepList, StepFindCustomers, StepMerge, StepUndoMerge, StepRequestErase,
	StepListCallbacks, StepListSeries, StepReport, StepRebuild, StepVerify,
}

// paceOf returns the pace of a step: some go through all that a tenant has.
func paceOf(step string) pace {
	if step == StepRebuild || step == StepVerify {
		return pace{timeout: 5 * time.Minute, first: time.Second, factor: 2, longest: 10 * time.Second, attempts: 3}
	}
	return patient
}

// patienceWith is how long somebody waits for a step.
func patienceWith(step string) time.Duration {
	if p := paceOf(step); p.timeout > time.Minute {
		return time.Duration(p.attempts) * p.timeout
	}
	return time.Minute
}

// runStep does the step that the workflow's type names and announces what it says.
func runStep(ctx workflow.Context, q StepRequest[json.RawMessage]) (StepAnswer[json.RawMessage], error) {
	step := workflow.GetInfo(ctx).WorkflowType.Name
	answer, err := do[json.RawMessage, json.RawMessage](ctx, paceOf(step), step, q)
	if err != nil {
		return answer, err
	}
	return answer, announce(ctx, answer.Announce)
}

// Steps runs single steps for whoever has a connection.
type Steps struct {
	client client.Client
	config Config
}

// NewSteps returns the steps over c.
func NewSteps(c client.Client, config Config) *Steps { return &Steps{c, config} }

// Ask runs a step and fills answer with its result; a refusal is an
// [*events.Refusal]. The same key again has the first one's answer, as long as its
// history is kept; a question without a key is asked anew each time.
func (s *Steps) Ask(ctx context.Context, step string, q StepRequest[any], answer any) error {
	if q.Key == "" {
		q.Key = uuid.NewString()
	}
	patience := patienceWith(step)
	run, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("step/%s/%s", step, q.Key),
		TaskQueue:                s.config.taskQueue(),
		WorkflowExecutionTimeout: patience,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		TypedSearchAttributes:    temporal.NewSearchAttributes(tenantIDKey.ValueSet(q.Cause.TenantID), correlationIDKey.ValueSet(q.Cause.CorrelationID)),
		StaticSummary:            step,
	}, step, q)
	if err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	var result StepAnswer[json.RawMessage]
	if err := run.Get(ctx, &result); err != nil {
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", step, ctx.Err())
		case temporal.IsTimeoutError(err):
			return fmt.Errorf("%s: no worker has done it within %s, is one running? %w", step, patience, context.DeadlineExceeded)
		}
		return fmt.Errorf("%s: %s", step, failureText(err))
	}
	if result.Refusal != nil {
		return result.Refusal
	}
	return json.Unmarshal(result.Result, answer)
}
