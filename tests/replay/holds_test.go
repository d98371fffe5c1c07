package replay

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

// A holdScenario is one path through the life of a hold.
type holdScenario struct {
	name   string
	refuse map[string]*events.Refusal
	fail   map[string]error
	// broken says that the time is never taken.
	broken bool
	// takenOver says that nothing is to be announced at the end.
	takenOver bool
	// then is what is asked of the hold. Nothing: time is skipped until it is over.
	then func(t *testing.T, h held)
	want string
}

var holds = []holdScenario{
	{name: "hold-expired", fail: map[string]error{workflows.StepExpire: errDown}, want: workflows.HoldExpired},
	{name: "hold-renewed", want: workflows.HoldExpired, then: func(t *testing.T, h held) {
		_, err := h.desk.Renew(t.Context(), workflows.HoldCommand[availability.RenewRequest]{Cause: h.cause, Request: availability.RenewRequest{HoldID: h.id, Session: "s"}})
		require.NoError(t, err)
	}},
	{name: "hold-released", fail: map[string]error{workflows.StepRelease: errDown}, want: workflows.HoldReleased, then: func(t *testing.T, h held) { h.release(t) }},
	{name: "hold-not-yours", refuse: map[string]*events.Refusal{
		workflows.StepRelease: events.Refuse("hold_not_yours", "AVL-38", "no"),
	}, want: workflows.HoldExpired, then: func(t *testing.T, h held) { require.ErrorContains(t, h.release(t), "hold_not_yours") }},
	{name: "hold-refused", refuse: map[string]*events.Refusal{workflows.StepHold: events.Refuse("slot_taken", "AVL-42", "gone")}, want: workflows.HoldOver},
	{name: "hold-taken-over", takenOver: true, want: workflows.HoldOver},
	{name: "hold-uncertain", broken: true, want: workflows.HoldOver},
}

// held is a hold that commands can be given to.
type held struct {
	desk  *workflows.Holds
	cause workflows.Cause
	id    string
}

func (h held) release(t *testing.T) error {
	t.Helper()
	_, err := h.desk.Release(t.Context(), workflows.HoldCommand[availability.ReleaseRequest]{
		Cause: h.cause, Request: availability.ReleaseRequest{HoldID: h.id, Session: "s", Reason: availability.ReleasedAbandoned},
	})
	return err
}

// keeper stands for the availability domain.
type keeper struct {
	*house

	hold holdScenario
}

func newKeeper(s holdScenario) keeper {
	return keeper{newHouse(lifeScenario{refuse: s.refuse, fail: s.fail}), s}
}

func (k keeper) Hold(_ context.Context, _ string, _ time.Time, r availability.HoldRequest) (availability.Hold, []events.Event, error) {
	if k.hold.broken {
		return availability.Hold{}, nil, errDown
	}
	return k.until(r.HoldID), said("held"), k.step(workflows.StepHold)
}

func (k keeper) Renew(_ context.Context, _ string, _ time.Time, r availability.RenewRequest) (availability.Hold, error) {
	return k.until(r.HoldID), k.step(workflows.StepRenew)
}

// until is a hold that ends soon: whoever is asked something does not skip time.
func (k keeper) until(id string) availability.Hold {
	const soon = 3 * time.Second
	lasts := soon
	if k.hold.then == nil {
		lasts = 5 * time.Minute
	}
	return availability.Hold{HoldID: id, ExpiresAt: time.Now().UTC().Add(lasts)}
}

func (k keeper) Expire(context.Context, string, time.Time, availability.ExpireRequest) ([]events.Event, error) {
	if k.hold.takenOver {
		return nil, k.step(workflows.StepExpire)
	}
	return said("expired"), k.step(workflows.StepExpire)
}

func holdFile(s holdScenario) string {
	return filepath.Join("histories", lifeRelease+"_"+s.name+".json")
}

func recordHold(t *testing.T, c client.Client, s holdScenario) {
	registry, err := events.NewRegistry(testTypes, nil)
	require.NoError(t, err)
	config := workflows.Config{Namespace: "default", TaskQueue: "replay-" + s.name}
	w := worker.New(c, config.TaskQueue, worker.Options{})
	workflows.Register(w, registry.TypeNames())
	k := newKeeper(s)
	activities.New(registry, events.DefaultRetry(), slog.New(slog.DiscardHandler)).Register(w)
	activities.Life{Customers: k, Availability: k, Appointments: k, Calendar: calendar{k.house}, Rank: rank}.Register(w)
	require.NoError(t, w.Start())
	defer w.Stop()

	h := held{
		desk: workflows.NewHolds(c, config), id: events.DerivedID(tenant, s.name, 0),
		cause: workflows.Cause{TenantID: tenant, CorrelationID: "c-" + s.name, TimeSkipping: s.then == nil},
	}
	_, err = h.desk.Hold(t.Context(), workflows.HoldCommand[availability.HoldRequest]{Cause: h.cause, Request: availability.HoldRequest{
		HoldID: h.id, Session: "s", Start: time.Now().UTC().AddDate(0, 0, 7),
	}})
	require.Equal(t, s.broken || s.refuse[workflows.StepHold] != nil, err != nil, "%v", err)
	if s.then != nil {
		s.then(t, h)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := c.GetWorkflow(ctx, workflows.HoldWorkflowID(h.id), "")
	var end workflows.HoldEnd
	require.NoError(t, run.Get(ctx, &end))
	require.Equal(t, s.want, end.Ended)
	save(t, c, holdFile(s), run.GetID(), run.GetRunID())
}

// TestAnIncompatibleHoldIsCaught replays the lives of holds under one that differs.
func TestAnIncompatibleHoldIsCaught(t *testing.T) {
	t.Parallel()
	changed := func(ctx workflow.Context, start workflows.HoldStart) (workflows.HoldEnd, error) {
		if err := workflow.Sleep(ctx, time.Minute); err != nil {
			return workflows.HoldEnd{}, err
		}
		early := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		if err := workflow.ExecuteActivity(early, workflows.StepGet).Get(ctx, nil); err != nil {
			return workflows.HoldEnd{}, err
		}
		return workflows.HoldLife(ctx, start)
	}
	for _, path := range recorded(t, lifeRelease+"_hold-") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			replayer := worker.NewWorkflowReplayer()
			replayer.RegisterWorkflowWithOptions(changed, workflow.RegisterOptions{Name: workflows.HoldLifeType})
			require.ErrorContains(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, path), "TMPRL1100")
		})
	}
}
