package workflows

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
)

// Config says where deliveries run.
type Config struct {
	// Namespace is Temporal's, for queries over the event log.
	Namespace string
	// TaskQueue is [DefaultTaskQueue] where it is empty.
	TaskQueue string
}

func (c Config) taskQueue() string {
	if c.TaskQueue == "" {
		return DefaultTaskQueue
	}
	return c.TaskQueue
}

// A Publisher publishes events by starting one workflow each. It implements
// [events.Publisher].
type Publisher struct {
	client client.Client
	config Config
	log    *Log
}

// NewPublisher returns a publisher over c, whose connection should have the
// [TimeSkippingInterceptor] if events may ask for time skipping.
func NewPublisher(c client.Client, config Config) *Publisher {
	return &Publisher{client: c, config: config, log: NewLog(c, config)}
}

var _ events.Publisher = (*Publisher)(nil)

// Publish implements [events.Publisher]. If Temporal can't be reached, publishing
// the same id again is safe: the error names it.
func (p *Publisher) Publish(ctx context.Context, e events.Event, options ...events.Option) (events.Receipt, error) {
	env, err := events.Seal(e, options...)
	if err != nil {
		return events.Receipt{}, err
	}
	run, err := p.client.ExecuteWorkflow(withTimeSkipping(ctx, env), p.startOptions(env), env.Type, env)
	if err != nil {
		return p.duplicateOr(ctx, env, err)
	}
	return receipt(env, run.GetRunID()), nil
}

// PublishAfter implements [events.Publisher].
func (p *Publisher) PublishAfter(ctx context.Context, d time.Duration, e events.Event, options ...events.Option) (events.Receipt, error) {
	return p.Publish(ctx, e, append(options, events.After(d))...)
}

// PublishAt implements [events.Publisher].
func (p *Publisher) PublishAt(ctx context.Context, t time.Time, e events.Event, options ...events.Option) (events.Receipt, error) {
	return p.Publish(ctx, e, append(options, events.At(t))...)
}

// PublishAndWait implements [events.Publisher]. For a duplicate it answers with
// the outcomes of the first delivery, waiting for them if need be.
func (p *Publisher) PublishAndWait(ctx context.Context, e events.Event, options ...events.Option) (events.Receipt, []events.Outcome, error) {
	env, err := events.Seal(e, options...)
	if err != nil {
		return events.Receipt{}, nil, err
	}
	if env.DeliverAt.After(time.Now()) {
		return events.Receipt{}, nil, fmt.Errorf("event %s is delayed until %s: publish it without waiting", env.ID, env.DeliverAt.Format(time.RFC3339))
	}
	ctx = withTimeSkipping(ctx, env)
	start := p.client.NewWithStartWorkflowOperation(p.startOptions(env), env.Type, env)
	handle, err := p.client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions:          syncOutcomes(env.ID),
	})
	if err != nil {
		first, err := p.duplicateOr(ctx, env, err)
		if err != nil {
			return first, nil, err
		}
		outcomes, err := p.firstOutcomes(ctx, first)
		return first, outcomes, err
	}
	published := receipt(env, handle.RunID())
	var outcomes []events.Outcome
	if err := handle.Get(ctx, &outcomes); err != nil {
		return published, nil, waitError(env.ID, err)
	}
	return published, outcomes, nil
}

func waitError(id string, err error) error {
	return fmt.Errorf("event %s is published, but its sync listeners are not known to be done: %w", id, err)
}

// syncOutcomes asks a delivery for its sync outcomes. Each call is an update of its
// own: with a shared id, the server would take a duplicate for a repeat.
func syncOutcomes(eventID string) client.UpdateWorkflowOptions {
	return client.UpdateWorkflowOptions{
		WorkflowID:   WorkflowID(eventID),
		UpdateName:   SyncOutcomesUpdate,
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
}

// firstOutcomes returns what became of the sync listeners of a duplicate.
func (p *Publisher) firstOutcomes(ctx context.Context, first events.Receipt) ([]events.Outcome, error) {
	if first.Status == events.Delivering {
		var outcomes []events.Outcome
		handle, err := p.client.UpdateWorkflow(ctx, syncOutcomes(first.EventID))
		if err == nil {
			err = handle.Get(ctx, &outcomes)
		}
		if _, closed := errors.AsType[*serviceerror.NotFound](err); err == nil || !closed {
			return outcomes, err
		}
	}
	story, err := p.log.Describe(ctx, first.EventID)
	if err != nil {
		return nil, err
	}
	var outcomes []events.Outcome
	for _, l := range story.Listeners {
		if l.Sync {
			outcomes = append(outcomes, l.outcome())
		}
	}
	return outcomes, nil
}

// startOptions are those of an event's one workflow.
func (p *Publisher) startOptions(env events.Envelope) client.StartWorkflowOptions {
	options := client.StartWorkflowOptions{
		ID:                                       WorkflowID(env.ID),
		TaskQueue:                                p.config.taskQueue(),
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    searchAttributes(env, events.Delivering),
		StaticSummary:                            summary(env),
		StaticDetails:                            details(env),
		Priority:                                 temporal.Priority{FairnessKey: env.TenantID},
	}
	if delay := time.Until(env.DeliverAt); !env.DeliverAt.IsZero() && delay > 0 {
		options.StartDelay = delay
		options.TypedSearchAttributes = searchAttributes(env, events.Scheduled)
	} else {
		options.EnableEagerStart = true
	}
	return options
}

func receipt(env events.Envelope, runID string) events.Receipt {
	status := events.Delivering
	if !env.DeliverAt.IsZero() && env.DeliverAt.After(time.Now()) {
		status = events.Scheduled
	}
	return events.Receipt{EventID: env.ID, Type: env.Type, WorkflowID: WorkflowID(env.ID), RunID: runID, Status: status}
}

// duplicateOr turns "already started" into the receipt of the first publish.
func (p *Publisher) duplicateOr(ctx context.Context, env events.Envelope, err error) (events.Receipt, error) {
	if !isAlreadyStarted(err) {
		return events.Receipt{EventID: env.ID, Type: env.Type}, fmt.Errorf("publish %s %s: %w", env.Type, env.ID, err)
	}
	record, err := p.log.record(ctx, env.ID)
	if err != nil {
		return events.Receipt{EventID: env.ID, Type: env.Type, Duplicate: true}, fmt.Errorf("event %s was published before, but its state is unknown: %w", env.ID, err)
	}
	return record.receipt(), nil
}

func (r Record) receipt() events.Receipt {
	return events.Receipt{EventID: r.EventID, Type: r.Type, WorkflowID: r.WorkflowID, RunID: r.RunID, Duplicate: true, Status: r.Status}
}

// isAlreadyStarted looks into the error of update-with-start, too, which wraps
// the one of its start operation.
func isAlreadyStarted(err error) bool {
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return true
	}
	multi, ok := errors.AsType[*serviceerror.MultiOperationExecution](err)
	if !ok {
		return false
	}
	for _, inner := range multi.OperationErrors() {
		if temporal.IsWorkflowExecutionAlreadyStartedError(inner) {
			return true
		}
	}
	return false
}

// PublishAll implements [events.Publisher].
func (p *Publisher) PublishAll(ctx context.Context, stream iter.Seq[events.Event], concurrency int, options ...events.Option) iter.Seq[events.Result] {
	return func(yield func(events.Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		// The queue holds the results in the order of the stream; its capacity,
		// with the one being waited for, bounds what is under way.
		queue := make(chan chan events.Result, max(concurrency, 1)-1)
		go func() {
			defer close(queue)
			for e := range stream {
				result := make(chan events.Result, 1)
				select {
				case queue <- result:
				case <-ctx.Done():
					return
				}
				go func() {
					receipt, err := p.Publish(ctx, e, options...)
					result <- events.Result{Receipt: receipt, Err: err}
				}()
			}
		}()
		for result := range queue {
			if !yield(<-result) {
				return
			}
		}
	}
}
