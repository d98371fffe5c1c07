package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

const callbackID = "0198c0de-0000-7000-8000-0000000000cb"

// office stands for the domains of a callback: it opens two hours after the request
// and keeps the rules in short.
type office struct {
	activities.Customers
	activities.Availability
	activities.Appointments

	now     func() time.Time // the workflow's
	mu      sync.Mutex
	c       appointment.Callback
	unknown bool
	onDuty  [2]time.Time
	fail    map[string]error // by step, once
}

// requestedAt is when the callback was asked for, and opensAt when the branch opens.
var (
	requestedAt = start.AddDate(0, 0, -7)
	opensAt     = requestedAt.Add(2 * time.Hour)
)

func newOffice() *office {
	return &office{fail: map[string]error{}, c: appointment.Callback{CallbackID: callbackID, Status: "pending", CreatedAt: requestedAt, ExpiresAt: requestedAt.Add(24 * time.Hour)}}
}

func (o *office) failing(step string) error {
	err := o.fail[step]
	delete(o.fail, step)
	return err
}

func (o *office) open() bool { return o.c.Status != "completed" && o.c.Status != "expired" }

func (o *office) untouched() bool { return o.open() && o.c.Attempts == 0 }

func (o *office) Callback(context.Context, string, string) (appointment.Callback, error) {
	if o.unknown {
		return o.c, events.Refuse("not_found", "TEN-5", "there is no callback %s", callbackID)
	}
	return o.c, nil
}

func (o *office) OnDuty(_ context.Context, _, _ string, from, to time.Time) ([]string, error) {
	o.onDuty = [2]time.Time{from, to}
	if err := o.failing("on-duty"); err != nil {
		return nil, err
	}
	return []string{staffMember}, nil
}

func (o *office) OpenMinutes(_ context.Context, _, _ string, from time.Time, minutes int) (time.Time, error) {
	return opensAt.Add(time.Duration(minutes) * time.Minute), nil
}

func (o *office) CallbackTimetable(_ context.Context, _, _ string, open func(string, time.Time, int) (time.Time, error)) (t appointment.CallbackTimetable, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unknown {
		return t, events.Refuse("not_found", "TEN-5", "there is no callback %s", callbackID)
	}
	t = appointment.CallbackTimetable{Callback: o.c, Over: !o.open()}
	if t.WarningAt, err = open("", o.c.CreatedAt, 60); err != nil {
		return t, err
	}
	t.BreachAt, _ = open("", o.c.CreatedAt, 90)
	untouchedAt, _ := open("", o.c.CreatedAt, 120)
	if o.untouched() {
		t.ExpiresAt = o.c.CreatedAt.AddDate(0, 0, 7)
	}
	if o.c.Status == "contacted" {
		return t, nil
	}
	if o.untouched() && o.c.Level == 0 {
		t.Rises = append(t.Rises, appointment.Rise{Cause: "untouched", Reason: "sla_breach", At: untouchedAt})
	}
	t.Rises = append(t.Rises, appointment.Rise{Cause: "late", Reason: "sla_breach", At: o.c.ExpiresAt})
	if o.c.Attempts >= 3 {
		t.Rises = append(t.Rises, appointment.Rise{Cause: "attempts", Reason: "attempts_failed", At: o.c.CreatedAt})
	}
	return t, nil
}

// said is an event that tells what was done, and when.
func (o *office) said(what string) []events.Event {
	return []events.Event{placed{OrderID: what + " " + o.now().Sub(requestedAt).Truncate(time.Minute).String()}}
}

func (o *office) Assign(_ context.Context, _, _ string, onDuty []string) (appointment.Callback, []events.Event, error) {
	if o.c.Status == "pending" {
		o.c.Status = "assigned"
	}
	return o.c, o.said(fmt.Sprintf("assigned to one of %d", len(onDuty))), o.failing("assign")
}

func (o *office) Overdue(_ context.Context, _, _ string, openMinutes int) ([]events.Event, error) {
	if !o.untouched() {
		return nil, nil
	}
	return o.said(fmt.Sprintf("overdue %d", openMinutes)), nil
}

func (o *office) Escalate(_ context.Context, _ string, _ time.Time, _ string, level int, reason, _ string) (appointment.Callback, []events.Event, error) {
	o.c.Level = level
	return o.c, o.said(fmt.Sprintf("level %d by %s", level, reason)), o.failing("escalate")
}

func (o *office) ExpireCallback(context.Context, string, time.Time, string) (appointment.Callback, []events.Event, error) {
	o.c.Status = "expired"
	return o.c, o.said("expired"), nil
}

func (o *office) LogAttempt(_ context.Context, _, _ string, attempt int, reached bool, _ string) (appointment.Callback, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.c.Attempts = attempt
	if reached {
		o.c.Status = "contacted"
	}
	return o.c, o.failing("log-attempt")
}

func (o *office) CompleteCallback(context.Context, string, string, string, string) (appointment.Callback, []events.Event, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.c.Status == "expired" {
		return o.c, nil, events.Refuse("invalid_transition", "APT-58", "the callback is expired")
	}
	o.c.Status = "completed"
	return o.c, o.said("completed"), nil
}

// callbackWorld runs the life of a callback against an office.
type callbackWorld struct {
	*lifeWorld
	*office
	causes []events.Meta
}

func newCallbackWorld(o *office) *callbackWorld {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	w := &callbackWorld{office: o, lifeWorld: &lifeWorld{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment()}}
	env := w.TestWorkflowEnvironment
	o.now = env.Now
	env.SetTestTimeout(time.Minute)
	env.SetStartTime(requestedAt)
	env.RegisterWorkflowWithOptions(workflows.CallbackLife, workflow.RegisterOptions{Name: workflows.CallbackLifeType})
	env.RegisterWorkflowWithOptions(func(_ workflow.Context, e events.Envelope) error {
		w.published = append(w.published, e.Subject)
		w.causes = append(w.causes, e.Meta)
		return nil
	}, workflow.RegisterOptions{Name: "order.placed"})
	activities.Life{Customers: o, Availability: o, Appointments: o, Calendar: calendar{newHouse()}, Rank: rank}.Register(env)
	return w
}

func (w *callbackWorld) attempt(d time.Duration, reached bool) *updated {
	return w.send(d, workflows.LogAttemptUpdate, workflows.CallbackCommand[appointment.CallbackAttempt]{
		Cause: cause, Wait: time.Second, Request: appointment.CallbackAttempt{CallbackID: callbackID, Reached: reached},
	})
}

func (w *callbackWorld) complete(d time.Duration) *updated {
	return w.send(d, workflows.CompleteCallbackUpdate, workflows.CallbackCommand[appointment.CallbackOutcome]{
		Cause: cause, Wait: time.Second, Request: appointment.CallbackOutcome{CallbackID: callbackID, Outcome: "reached"},
	})
}

func (w *callbackWorld) live(t *testing.T) workflows.CallbackEnd {
	t.Helper()
	w.ExecuteWorkflow(workflows.CallbackLifeType, workflows.CallbackStart{
		CallbackID: callbackID, Cause: workflows.Cause{TenantID: tenant, CorrelationID: "c-1", CausationID: "e-1", Hops: 3, CausedBy: "staff:7"},
	})
	return resultOf[workflows.CallbackEnd](t, w)
}

func (u *updated) callback(t *testing.T) workflows.CallbackAnswer {
	t.Helper()
	return answerOf[workflows.CallbackAnswer](t, u)
}

func TestAPT57_ACallbackThatNobodyTouches(t *testing.T) {
	t.Parallel()
	w := newCallbackWorld(newOffice())

	end := w.live(t)

	require.Equal(t, "expired", end.Status)
	require.Equal(t, []string{
		"assigned to one of 1 0s", "overdue 60 3h0m0s", "overdue 90 3h30m0s", "level 1 by sla_breach 4h0m0s", "level 2 by sla_breach 24h0m0s", "expired 168h0m0s",
	}, w.published)
	require.Equal(t, w.c.ExpiresAt, w.onDuty[1])
	for i, meta := range w.causes {
		require.Equal(t, "c-1", meta.CorrelationID)
		require.Equal(t, i == 0, meta.CausationID == "e-1", "a clock is no reaction")
		require.Equal(t, i == 0, meta.Hops == 3)
		require.Equal(t, i == 0, meta.CausedBy == "staff:7")
	}
}

func TestAPT57_WhoHasTriedIsNotWarned(t *testing.T) {
	t.Parallel()
	w := newCallbackWorld(newOffice())
	first := w.attempt(time.Hour, false)
	w.complete(5 * time.Hour)

	end := w.live(t)

	require.Equal(t, "completed", end.Status)
	require.Equal(t, 1, first.callback(t).Callback.Attempts)
	require.Equal(t, []string{"assigned to one of 1 0s", "completed 5h0m0s"}, w.published)
}

func TestAPT58_AThirdFailedAttemptRaisesTheLevel(t *testing.T) {
	t.Parallel()
	w := newCallbackWorld(newOffice())
	for i := range 3 {
		w.attempt(time.Duration(i+1)*time.Minute, false)
	}
	reached := w.attempt(time.Hour, true)
	w.complete(8 * 24 * time.Hour)

	require.Equal(t, "completed", w.live(t).Status)

	require.Equal(t, 4, reached.callback(t).Callback.Attempts)
	require.Equal(t, []string{"assigned to one of 1 0s", "level 1 by attempts_failed 3m0s", "completed 192h0m0s"}, w.published, "neither late nor expired: he was reached")
}

func TestACallbackEndsWhenItIsCompleted(t *testing.T) {
	t.Parallel()
	w := newCallbackWorld(newOffice())
	w.fail["assign"], w.fail["log-attempt"], w.fail["escalate"] = errors.New("locked"), errors.New("locked"), errors.New("locked")
	w.attempt(0, true)
	completed := w.complete(time.Minute)

	end := w.live(t)

	require.Equal(t, "completed", end.Status)
	require.Equal(t, workflows.Done, completed.callback(t).State)
	require.Contains(t, w.published, "completed 1m0s")
}

func TestACommandForACallbackThatIsOverIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.c.Status = "expired"
	w := newCallbackWorld(o)
	completed := w.complete(0)

	require.Equal(t, "expired", w.live(t).Status)

	require.Equal(t, "invalid_transition", completed.callback(t).Refusal.Code)
}

func TestACommandForNobodysCallbackIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.unknown = true
	w := newCallbackWorld(o)
	attempt := w.attempt(0, true)

	require.Empty(t, w.live(t).Status)

	require.Equal(t, workflows.Refused, attempt.callback(t).State)
	require.Equal(t, "not_found", attempt.callback(t).Refusal.Code)
	require.Empty(t, w.published)
}

func TestALongLifeOfACallbackGoesOnInANewRun(t *testing.T) {
	t.Parallel()
	w := newCallbackWorld(newOffice())
	w.SetContinueAsNewSuggested(true)

	w.ExecuteWorkflow(workflows.CallbackLifeType, workflows.CallbackStart{Cause: cause, CallbackID: callbackID, Struck: []string{"warning"}})

	var anew *workflow.ContinueAsNewError
	require.ErrorAs(t, w.GetWorkflowError(), &anew)
	var next workflows.CallbackStart
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(anew.Input, &next))
	require.Equal(t, workflows.CallbackStart{Cause: cause, CallbackID: callbackID, Assigned: true, Struck: []string{"warning"}}, next)
}

func TestWithoutADutyRosterEverybodyCounts(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.fail["on-duty"] = events.Refuse("window_too_long", "AVL-48", "too long")
	w := newCallbackWorld(o)
	w.complete(time.Minute)

	w.live(t)

	require.Equal(t, "assigned to one of 0 0s", w.published[0])
}
