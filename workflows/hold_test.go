package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

const holdID = "0198c0de-0000-7000-8000-0000000000b1"

// keeper stands for the availability domain: it keeps one hold.
type keeper struct {
	activities.Customers
	activities.Availability
	activities.Appointments

	now       func() time.Time // the workflow's: an activity of the test suite has the wall's
	mu        sync.Mutex
	steps     []string
	fail      map[string][]error // by step: what the next attempts answer
	lost      bool               // the failing attempt has taken the time all the same
	held      bool
	takenOver bool
	expiresAt time.Time
	announced time.Time // when its end was
}

func (k *keeper) step(name string) error {
	k.steps = append(k.steps, name)
	if len(k.fail[name]) == 0 {
		return nil
	}
	err := k.fail[name][0]
	k.fail[name] = k.fail[name][1:]
	return err
}

func (k *keeper) Hold(_ context.Context, _ string, _ time.Time, r availability.HoldRequest) (availability.Hold, []events.Event, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.step("hold")
	if err != nil && !k.lost {
		return availability.Hold{}, nil, err
	}
	if !k.held {
		k.held, k.expiresAt = true, k.now().Add(5*time.Minute)
	}
	return availability.Hold{HoldID: r.HoldID, ExpiresAt: k.expiresAt}, []events.Event{placed{OrderID: "held"}}, err
}

func (k *keeper) Renew(_ context.Context, _ string, _ time.Time, r availability.RenewRequest) (availability.Hold, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.step("renew"); err != nil {
		return availability.Hold{}, err
	}
	k.expiresAt = k.now().Add(5 * time.Minute)
	return availability.Hold{HoldID: r.HoldID, ExpiresAt: k.expiresAt}, nil
}

func (k *keeper) Release(_ context.Context, _ string, _ time.Time, r availability.ReleaseRequest) (availability.Released, []events.Event, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.step("release " + r.Reason); err != nil {
		return availability.Released{}, nil, err
	}
	if !k.held || k.takenOver {
		return availability.Released{}, nil, nil
	}
	k.held = false
	return availability.Released{}, []events.Event{placed{OrderID: "released"}}, nil
}

// Expire announces the end once, and again to whoever asks with the same now.
func (k *keeper) Expire(_ context.Context, _ string, now time.Time, r availability.ExpireRequest) ([]events.Event, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var announce []events.Event
	if !k.takenOver && !now.Before(k.expiresAt) && (k.held || k.announced.Equal(now)) {
		k.held, k.announced = false, now
		announce = []events.Event{placed{OrderID: "expired " + r.HoldID}}
	}
	return announce, k.step("expire " + k.now().UTC().Format(time.TimeOnly))
}

// holdWorld runs a hold's life against a keeper.
type holdWorld struct {
	*keeper
	*lifeWorld
}

func newHoldWorld(t *testing.T) *holdWorld {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	k := &keeper{fail: map[string][]error{}}
	w := &holdWorld{k, &lifeWorld{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment()}}
	k.now = w.Now
	w.SetTestTimeout(time.Minute)
	w.SetStartTime(start)
	w.RegisterWorkflowWithOptions(workflows.HoldLife, workflow.RegisterOptions{Name: workflows.HoldLifeType})
	w.RegisterWorkflowWithOptions(func(_ workflow.Context, env events.Envelope) error {
		if env.Source != "/herald/availability.hold" {
			return fmt.Errorf("source %s", env.Source)
		}
		w.published = append(w.published, env.Subject)
		return nil
	}, workflow.RegisterOptions{Name: "order.placed"})
	activities.Life{Customers: k, Availability: k, Appointments: k, Rank: rank}.Register(w)
	return w
}

func (w *holdWorld) hold(d time.Duration) *updated {
	return w.send(d, workflows.HoldUpdate, workflows.HoldCommand[availability.HoldRequest]{Cause: cause, Request: availability.HoldRequest{HoldID: holdID, Session: "s", Start: start.Add(time.Hour)}})
}

func (w *holdWorld) renew(d time.Duration) *updated {
	return w.send(d, workflows.RenewUpdate, workflows.HoldCommand[availability.RenewRequest]{Cause: cause, Request: availability.RenewRequest{HoldID: holdID, Session: "s"}})
}

func (w *holdWorld) release(d time.Duration) *updated {
	return w.send(d, workflows.ReleaseUpdate, workflows.HoldCommand[availability.ReleaseRequest]{
		Cause: cause, Request: availability.ReleaseRequest{HoldID: holdID, Session: "s", Reason: availability.ReleasedAbandoned},
	})
}

// end runs the life and returns how it ended.
func (w *holdWorld) end(t *testing.T) string {
	t.Helper()
	w.ExecuteWorkflow(workflows.HoldLifeType, workflows.HoldStart{Cause: cause, HoldID: holdID})
	return resultOf[workflows.HoldEnd](t, w).Ended
}

// holdOf is the answer to an update that asked for a hold.
func holdOf(t *testing.T, u *updated) workflows.StepAnswer[availability.Hold] {
	t.Helper()
	return answerOf[workflows.StepAnswer[availability.Hold]](t, u)
}

func TestAVL39_AHoldExpiresOnTimeAndSaysSoOnce(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	held := w.hold(0)
	w.fail["expire 08:05:00"] = []error{errors.New("locked"), errors.New("locked")}

	require.Equal(t, workflows.HoldExpired, w.end(t))

	require.Equal(t, start.Add(5*time.Minute), holdOf(t, held).Result.ExpiresAt)
	require.Equal(t, []string{"hold", "expire 08:05:00", "expire 08:05:00", "expire 08:05:00"}, w.keeper.steps)
	require.Equal(t, []string{"held", "expired " + holdID}, w.published, "a retry announces what the lost attempt would have")
}

func TestAVL35_ARenewedHoldExpiresLater(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.hold(0)
	renewed := w.renew(4 * time.Minute)

	require.Equal(t, workflows.HoldExpired, w.end(t))

	require.Equal(t, start.Add(9*time.Minute), holdOf(t, renewed).Result.ExpiresAt)
	require.Equal(t, []string{"hold", "renew", "expire 08:09:00"}, w.keeper.steps)
}

func TestAReleaseEndsTheHold(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.hold(0)
	w.release(time.Minute)

	require.Equal(t, workflows.HoldReleased, w.end(t))

	require.Equal(t, []string{"hold", "release abandoned"}, w.keeper.steps)
	require.Equal(t, []string{"held", "released"}, w.published)
}

func TestAVL41_AHoldThatABookingTookOverEndsInSilence(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.hold(0)
	w.RegisterDelayedCallback(func() { w.takenOver = true }, time.Minute)

	require.Equal(t, workflows.HoldOver, w.end(t))

	require.Equal(t, []string{"held"}, w.published)
}

func TestARefusedHoldIsOverAtOnce(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.fail["hold"] = []error{events.Refuse("slot_taken", "AVL-42", "gone")}
	held := w.hold(0)

	require.Equal(t, workflows.HoldOver, w.end(t))

	require.Equal(t, "slot_taken", holdOf(t, held).Refusal.Code)
	require.Equal(t, start, w.Now().UTC())
	require.Empty(t, w.published)
}

func TestAVL38_AForeignReleaseLeavesTheHold(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.fail["release abandoned"] = []error{events.Refuse("hold_not_yours", "AVL-38", "no")}
	w.hold(0)
	w.release(time.Minute)
	other := cause
	other.TenantID = "0198c0de-0000-7000-8000-0000000000c1"
	foreign := w.send(2*time.Minute, workflows.ReleaseUpdate, workflows.HoldCommand[availability.ReleaseRequest]{Cause: other, Request: availability.ReleaseRequest{HoldID: holdID, Session: "s"}})
	owner := w.send(3*time.Minute, workflows.RenewUpdate, workflows.HoldCommand[availability.RenewRequest]{Cause: cause, Request: availability.RenewRequest{HoldID: holdID, Owner: appointmentID}})

	require.Equal(t, workflows.HoldExpired, w.end(t))

	for u, code := range map[*updated]string{foreign: "hold_not_yours", owner: "invalid_hold"} {
		app, ok := errors.AsType[*temporal.ApplicationError](u.err)
		require.True(t, ok, "%v", u.err)
		require.Contains(t, app.Error(), code)
	}
	require.Equal(t, []string{"hold", "release abandoned", "expire 08:05:00"}, w.keeper.steps)
}

func TestAHoldThatNobodyIsSureOfIsGivenBack(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.lost = true
	w.fail["hold"] = slices.Repeat([]error{errors.New("locked")}, 5)
	held := w.hold(0)

	require.Equal(t, workflows.HoldOver, w.end(t))

	require.ErrorContains(t, held.err, "locked")
	require.False(t, w.held)
	require.Equal(t, []string{"released"}, w.published)
}

func TestAHoldAskedForAgainWhileItIsUncertainStays(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.fail["hold"] = slices.Repeat([]error{errors.New("locked")}, 5)
	w.hold(0)
	again := w.hold(time.Millisecond)

	require.Equal(t, workflows.HoldExpired, w.end(t))

	require.Nil(t, holdOf(t, again).Refusal)
	require.NotContains(t, w.keeper.steps, "release compensated")
}

func TestALateReleaseOfALostLifeIsASuccess(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	released := w.release(0)

	require.Equal(t, workflows.HoldOver, w.end(t))

	require.NoError(t, released.err)
	require.Empty(t, w.published)
}

func TestARenewalTakesUpALostLife(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)
	w.held = true
	w.renew(0)

	require.Equal(t, workflows.HoldExpired, w.end(t))
	require.Equal(t, []string{"renew", "expire 08:05:00"}, w.keeper.steps)
}

func TestALifeThatIsAskedNothingEnds(t *testing.T) {
	t.Parallel()
	w := newHoldWorld(t)

	require.Equal(t, workflows.HoldOver, w.end(t))
	require.Equal(t, start.Add(time.Minute), w.Now().UTC())
}
