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
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// A callbackScenario is one path through the life of a callback.
type callbackScenario struct {
	name    string
	unknown bool
	// fail is what a step answers the first time.
	fail map[string]error
	// then is what is done about it. A life that nothing is done about skips time
	// until it is over.
	then func(t *testing.T, w watched)
	want string
}

var callbacks = []callbackScenario{
	{name: "callback-expired", fail: map[string]error{workflows.StepEscalateCallback: errDown}, want: "expired"},
	{name: "callback-attempts", then: func(t *testing.T, w watched) {
		for range 3 {
			w.attempt(t, false)
		}
		select {
		case <-w.office.raised:
		case <-time.After(time.Minute):
			require.FailNow(t, "the level does not rise")
		}
		w.complete(t)
	}, want: "completed"},
	{name: "callback-reached", fail: map[string]error{workflows.StepAssignCallback: errDown, workflows.StepLogAttempt: errDown}, then: func(t *testing.T, w watched) {
		w.attempt(t, true)
		w.complete(t)
	}, want: "completed"},
	{name: "callback-unknown", unknown: true},
}

// watched is a callback that commands can be given to.
type watched struct {
	office *office
	desk   *workflows.Callbacks
	cause  workflows.Cause
}

func (w watched) attempt(t *testing.T, reached bool) {
	t.Helper()
	answer, err := w.desk.LogAttempt(t.Context(), workflows.CallbackCommand[appointment.CallbackAttempt]{
		Cause: w.cause, Wait: patience, Request: appointment.CallbackAttempt{CallbackID: w.office.c.CallbackID, Reached: reached},
	})
	require.NoError(t, err)
	require.Equal(t, workflows.Done, answer.State)
}

func (w watched) complete(t *testing.T) {
	t.Helper()
	answer, err := w.desk.Complete(t.Context(), workflows.CallbackCommand[appointment.CallbackOutcome]{
		Cause: w.cause, Wait: patience, Request: appointment.CallbackOutcome{CallbackID: w.office.c.CallbackID, Outcome: "reached"},
	})
	require.NoError(t, err)
	require.Equal(t, workflows.Done, answer.State)
}

func callbackFile(s callbackScenario) string {
	return filepath.Join("histories", lifeRelease+"_"+s.name+".json")
}

func recordCallback(t *testing.T, c client.Client, s callbackScenario) {
	registry, err := events.NewRegistry(testTypes, nil)
	require.NoError(t, err)
	config := workflows.Config{Namespace: "default", TaskQueue: "replay-" + s.name}
	deliverer := worker.New(c, config.TaskQueue, worker.Options{})
	workflows.Register(deliverer, registry.TypeNames())
	id := events.DerivedID(tenant, s.name, 0)
	o := newOffice(s, id)
	activities.New(registry, events.DefaultRetry(), slog.New(slog.DiscardHandler)).Register(deliverer)
	activities.Life{Customers: o, Availability: o, Appointments: o, Calendar: calendar{}, Rank: rank}.Register(deliverer)
	require.NoError(t, deliverer.Start())
	defer deliverer.Stop()

	options := []events.Option{events.Tenant(tenant), events.Correlation("c-" + s.name)}
	if s.then == nil {
		options = append(options, events.TimeSkipping())
	}
	env, err := events.Seal(placed{OrderID: s.name}, options...)
	require.NoError(t, err)
	w := watched{office: o, desk: workflows.NewCallbacks(c, config), cause: workflows.Cause{TenantID: tenant, CorrelationID: "c-" + s.name}}
	for range 2 {
		require.NoError(t, w.desk.WatchCallback(t.Context(), tenant, id, env.Meta))
	}
	if s.then != nil {
		s.then(t, w)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := c.GetWorkflow(ctx, workflows.CallbackWorkflowID(id), "")
	var end workflows.CallbackEnd
	require.NoError(t, run.Get(ctx, &end))
	require.Equal(t, s.want, end.Status)
	require.NoError(t, w.desk.WatchCallback(ctx, tenant, id, env.Meta), "a callback that is over stays so")
	require.Equal(t, run.GetRunID(), c.GetWorkflow(ctx, run.GetID(), "").GetRunID())
	save(t, c, callbackFile(s), run.GetID(), run.GetRunID())
}

// TestAnIncompatibleCallbackIsCaught replays callbacks under lives that differ from
// the recorded one.
func TestAnIncompatibleCallbackIsCaught(t *testing.T) {
	t.Parallel()
	changes := map[string]func(ctx workflow.Context, start workflows.CallbackStart) (workflows.CallbackEnd, error){
		"nobody is assigned": func(ctx workflow.Context, start workflows.CallbackStart) (workflows.CallbackEnd, error) {
			start.Assigned = true
			return workflows.CallbackLife(ctx, start)
		},
		"no life at all": func(workflow.Context, workflows.CallbackStart) (workflows.CallbackEnd, error) {
			return workflows.CallbackEnd{}, nil
		},
	}
	for name, changed := range changes {
		for _, path := range recorded(t, lifeRelease+"_callback-") {
			t.Run(name+"/"+filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				replayer := worker.NewWorkflowReplayer()
				replayer.RegisterWorkflowWithOptions(changed, workflow.RegisterOptions{Name: workflows.CallbackLifeType})
				require.ErrorContains(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, path), "TMPRL1100")
			})
		}
	}
}
