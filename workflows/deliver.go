package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
)

// SyncOutcomesUpdate is the update that answers, with a list of [events.Outcome],
// as soon as the sync listeners are done.
const SyncOutcomesUpdate = "sync-outcomes"

// A Redrive is the second argument of a run that repeats failed listeners.
type Redrive struct {
	// RunID is the failed run that this one repeats, and Number counts redrives
	// from 1.
	RunID  string `json:"run_id"`
	Number int    `json:"number"`
	// Failed names the listeners to run again; all, if none had been planned.
	Failed []string `json:"failed,omitzero"`
	// Carried are the outcomes that stand.
	Carried []events.Outcome `json:"carried,omitzero"`
	Reason  string           `json:"reason,omitzero"`
	By      string           `json:"by,omitzero"`
}

// A Report is the result of a delivery, and the details of its failure: the
// outcome of every listener, in the order of delivery.
type Report struct {
	Outcomes []events.Outcome `json:"outcomes"`
}

// DeliverEvent delivers one event to its listeners. It fails, once all listeners
// have settled, if one of them has given up.
func DeliverEvent(ctx workflow.Context, env events.Envelope, redrive Redrive) (Report, error) {
	d := &delivery{env: env, redrive: redrive}
	if err := d.answerUpdates(ctx); err != nil {
		return Report{}, err
	}
	err := d.run(ctx)
	if waitErr := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); waitErr != nil && err == nil {
		err = waitErr
	}
	return d.report(), err
}

// deliverUnknown delivers events of types that this process does not know: the
// plan is asked for until a worker that knows the type has the answer.
func deliverUnknown(ctx workflow.Context, args converter.EncodedValues) (Report, error) {
	var env events.Envelope
	var redrive Redrive
	if err := args.Get(&env, &redrive); err != nil {
		return Report{}, temporal.NewNonRetryableApplicationError("the input is not an event: "+err.Error(), failureInvalidEvent, nil)
	}
	return DeliverEvent(ctx, env, redrive)
}

// Types of the failures of a delivery.
const (
	failureInvalidEvent = "InvalidEvent"
	failureNoPlan       = "NoPlan"
	// FailureListenersFailed carries a [Report] as its details.
	FailureListenersFailed = "ListenersFailed"
)

// delivery is the state of one run.
type delivery struct {
	env      events.Envelope
	redrive  Redrive
	tasks    []*task // in the order of delivery
	syncDone bool
	planErr  error
}

// task is one step of the plan and what became of it.
type task struct {
	events.Outcome
	step  Step
	delay time.Duration // before the first asynchronous attempt
}

func (d *delivery) answerUpdates(ctx workflow.Context) error {
	return workflow.SetUpdateHandler(ctx, SyncOutcomesUpdate, func(ctx workflow.Context) ([]events.Outcome, error) {
		if err := workflow.Await(ctx, func() bool { return d.syncDone || d.planErr != nil }); err != nil {
			return nil, err
		}
		outcomes := slices.DeleteFunc(d.report().Outcomes, func(o events.Outcome) bool { return !o.Sync })
		return outcomes, d.planErr
	})
}

func (d *delivery) run(ctx workflow.Context) error {
	if err := d.prepare(ctx); err != nil {
		d.planErr = err
		return err
	}
	settled := workflow.NewWaitGroup(ctx)
	spawn := func(work func(ctx workflow.Context)) {
		settled.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer settled.Done()
			work(ctx)
		})
	}
	for _, t := range d.tasks {
		if !t.Sync {
			continue
		}
		if emission, ok := d.runSync(ctx, t); ok {
			spawn(func(ctx workflow.Context) { d.settle(ctx, t, emission) })
		}
	}
	d.syncDone = true
	for _, t := range d.tasks {
		if t.Status == events.Pending || t.Status == events.HandedOver {
			spawn(func(ctx workflow.Context) { d.runAsync(ctx, t) })
		}
	}
	settled.Wait(ctx)
	return d.close(ctx)
}

// prepare validates the event, waits for its moment and records the plan.
func (d *delivery) prepare(ctx workflow.Context) error {
	if err := d.env.Validate(); err != nil {
		return temporal.NewNonRetryableApplicationError(err.Error(), failureInvalidEvent, nil)
	}
	if err := d.wait(ctx); err != nil {
		return err
	}
	plan, err := d.plan(ctx)
	if err != nil {
		return err
	}
	for _, step := range plan.Steps {
		d.tasks = append(d.tasks, &task{step: step, Outcome: events.Outcome{Listener: step.Listener, Sync: step.Sync, Status: events.Pending}})
	}
	d.show(ctx)
	return nil
}

// plan asks for the listeners until a worker knows the event's type: during a
// rolling deployment not every worker does.
func (d *delivery) plan(ctx workflow.Context) (plan Plan, err error) {
	const patience, longest = 10 * time.Minute, time.Minute
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 5 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 1},
		Summary:             "plan",
	})
	request := PlanRequest{Type: d.env.Type, Only: d.redrive.Failed}
	for waited, pause := time.Duration(0), time.Second; ; waited, pause = waited+pause, min(2*pause, longest) {
		err := workflow.ExecuteLocalActivity(local, PlanActivity, request).Get(ctx, &plan)
		if err == nil || temporal.IsCanceledError(err) {
			return plan, err
		}
		if waited >= patience {
			return plan, temporal.NewNonRetryableApplicationError(fmt.Sprintf("no worker could plan the delivery within %s: %s", patience, failureText(err)), failureNoPlan, nil)
		}
		workflow.SetCurrentDetails(ctx, "no plan yet: "+failureText(err))
		if err := workflow.Sleep(ctx, pause); err != nil {
			return plan, err
		}
	}
}

// wait sleeps until the event's moment. A publish has used the server's start
// delay, so that nothing is left to wait for; an emitted event waits here.
func (d *delivery) wait(ctx workflow.Context) error {
	if d.env.DeliverAt.IsZero() {
		return nil
	}
	if delay := d.env.DeliverAt.Sub(workflow.Now(ctx)); delay > 0 {
		summary := "deliver at " + d.env.DeliverAt.Format(time.RFC3339)
		workflow.SetCurrentDetails(ctx, summary)
		if err := workflow.NewTimerWithOptions(ctx, delay, workflow.TimerOptions{Summary: summary}).Get(ctx, nil); err != nil {
			return err
		}
	}
	return workflow.UpsertTypedSearchAttributes(ctx, eventStatusKey.ValueSet(string(events.Delivering)))
}

// runSync runs a sync listener inside the workflow task. If it fails with an
// error worth a retry, it is left to go on as an activity.
func (d *delivery) runSync(ctx workflow.Context, t *task) (emission Emission, ok bool) {
	policy := events.SyncRetry()
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    t.step.Timeout,
		ScheduleToCloseTimeout: time.Duration(policy.MaximumAttempts+1) * t.step.Timeout,
		RetryPolicy:            retryPolicy(policy),
		Summary:                t.Listener,
	})
	err := workflow.ExecuteLocalActivity(ctx, SyncActivity, t.Listener, d.env).Get(ctx, &emission)
	if err == nil {
		t.Attempts = emission.Attempt
		t.Status = events.Succeeded // should a follow-up not start, settle takes it back
		return emission, true
	}
	t.fail(err, policy.MaximumAttempts)
	if !isFinal(err) {
		t.Status = events.HandedOver
		t.delay = handOverDelay(err)
	}
	d.show(ctx)
	return Emission{}, false
}

// runAsync runs a listener as an activity of its own name, on its own ladder.
func (d *delivery) runAsync(ctx workflow.Context, t *task) {
	defer d.show(ctx)
	if t.delay > 0 {
		if err := workflow.Sleep(ctx, t.delay); err != nil {
			t.fail(err, 0)
			return
		}
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ActivityID:          t.Listener,
		StartToCloseTimeout: t.step.Timeout,
		RetryPolicy:         retryPolicy(t.step.Retry),
		Summary:             t.Listener + " · " + d.env.Subject,
		Priority:            temporal.Priority{PriorityKey: priorityKey(t.step.Priority), FairnessKey: d.env.TenantID},
	})
	var emission Emission
	if err := workflow.ExecuteActivity(ctx, t.Listener, d.env).Get(ctx, &emission); err != nil {
		t.fail(err, t.step.Retry.MaximumAttempts)
		return
	}
	t.Attempts += emission.Attempt
	d.settle(ctx, t, emission)
}

// settle publishes what a listener emitted and ends the listener's delivery.
func (d *delivery) settle(ctx workflow.Context, t *task, emission Emission) {
	var started []workflow.Future
	for _, env := range emission.Events {
		started = append(started, startDelivery(ctx, env))
		t.Emitted = append(t.Emitted, env.ID)
	}
	for i, future := range started {
		if err := isPublished(ctx, future); err != nil {
			t.Status = events.GaveUp
			t.Error = clip(fmt.Sprintf("publish %s %s: %s", emission.Events[i].Type, emission.Events[i].ID, failureText(err)))
			return
		}
	}
	t.Status, t.Error = events.Succeeded, ""
}

// close ends the run: well, or with a failure that names each listener that
// gave up, in this run or, where only a redrive could mend it, for good.
func (d *delivery) close(ctx workflow.Context) error {
	var failed, texts []string
	for _, t := range d.tasks {
		if t.Status != events.Succeeded {
			failed = append(failed, t.Listener)
			texts = append(texts, fmt.Sprintf("%s (%d attempts): %s", t.Listener, t.Attempts, t.Error))
		}
	}
	if len(failed) == 0 {
		return workflow.UpsertTypedSearchAttributes(ctx, eventStatusKey.ValueSet(string(events.Delivered)))
	}
	err := workflow.UpsertTypedSearchAttributes(ctx, eventStatusKey.ValueSet(string(events.Failed)), failedListenersKey.ValueSet(failed))
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // an operator's cancellation stays one
	}
	text := fmt.Sprintf("%d of %d listeners failed: %s", len(failed), len(d.report().Outcomes), strings.Join(texts, "; "))
	return temporal.NewApplicationErrorWithOptions(text, FailureListenersFailed, temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{d.report()},
	})
}

// report merges what a redrive carried over with what this run has done.
func (d *delivery) report() Report {
	report := Report{Outcomes: slices.Clone(d.redrive.Carried)}
	for _, t := range d.tasks {
		report.Outcomes = append(report.Outcomes, t.Outcome)
	}
	return report
}

// fail records the error of a task that is over. attempts counts those of an
// error that does not carry the number, such as a timeout.
func (t *task) fail(err error, attempts int) {
	if n, ok := failedAttempt(err); ok {
		attempts = n
	}
	t.Status = events.GaveUp
	t.Attempts += attempts
	t.Error = clip(failureText(err))
}
