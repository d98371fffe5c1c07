// Package replay guards the histories: every delivery that was ever recorded must
// replay under today's code, whatever listeners there are. A history is never
// changed or deleted; a change of the workflow that breaks one goes behind
// workflow.GetVersion.
package replay

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventsfx"
	"github.com/herald-bus/herald/workflows"
)

var quiet = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

// histories returns the paths of the recorded histories.
func histories(t *testing.T) []string { return recorded(t, "") }

// recorded returns those whose names begin so.
func recorded(t *testing.T, prefix string) []string {
	t.Helper()
	paths, err := filepath.Glob("histories/" + prefix + "*.json")
	require.NoError(t, err)
	return paths
}

func TestEveryHistoryReplays(t *testing.T) {
	t.Parallel()
	require.GreaterOrEqual(t, len(histories(t)), len(scenarios)+len(lives)+len(callbacks)+len(holds)+len(series), "a scenario has no history: make record")
	today := registryOf(t)
	extra := registryOf(t, eventsfx.Listeners(func() events.Listener {
		return events.OnEvery("aaa.sorts-first", func(context.Context, events.Delivery[events.Envelope]) error { return nil },
			events.Sync(), events.Priority(1000))
	}))
	for name, types := range map[string][]string{"today": today.TypeNames(), "none": nil, "extra": extra.TypeNames()} {
		for _, path := range histories(t) {
			t.Run(name+"/"+filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				replayer := worker.NewWorkflowReplayer()
				workflows.Register(replayer, types)
				require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, path))
			})
		}
	}
}

// TestAnIncompatibleChangeIsCaught replays under workflows that differ from the
// recorded one in a way that a careless change could: it must not pass.
func TestAnIncompatibleChangeIsCaught(t *testing.T) {
	t.Parallel()
	changes := map[string]func(ctx workflow.Context, env events.Envelope, redrive workflows.Redrive) (workflows.Report, error){
		"an activity before the plan": func(ctx workflow.Context, env events.Envelope, redrive workflows.Redrive) (workflows.Report, error) {
			early := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
			if err := workflow.ExecuteActivity(early, "billing.too-early").Get(ctx, nil); err != nil {
				return workflows.Report{}, err
			}
			return workflows.DeliverEvent(ctx, env, redrive)
		},
		"no delivery at all": func(workflow.Context, events.Envelope, workflows.Redrive) (workflows.Report, error) {
			return workflows.Report{}, nil
		},
	}
	for name, changed := range changes {
		for _, path := range recorded(t, release+"_") {
			t.Run(name+"/"+filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				replayer := worker.NewWorkflowReplayer()
				for _, eventType := range []string{placed{}.EventName(), shipped{}.EventName(), unknownType} {
					replayer.RegisterWorkflowWithOptions(changed, workflow.RegisterOptions{Name: eventType})
				}
				require.ErrorContains(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, path), "TMPRL1100")
			})
		}
	}
}

// TestAnIncompatibleLifeIsCaught does so for the lives of appointments.
func TestAnIncompatibleLifeIsCaught(t *testing.T) {
	t.Parallel()
	changes := map[string]func(ctx workflow.Context, start workflows.LifeStart) (workflows.BookingAnswer, error){
		"a question before the booking": func(ctx workflow.Context, start workflows.LifeStart) (workflows.BookingAnswer, error) {
			early := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
			if err := workflow.ExecuteActivity(early, workflows.StepGet).Get(ctx, nil); err != nil {
				return workflows.BookingAnswer{}, err
			}
			return workflows.AppointmentLife(ctx, start)
		},
		"no booking at all": func(ctx workflow.Context, start workflows.LifeStart) (workflows.BookingAnswer, error) {
			start.Booked = true
			return workflows.AppointmentLife(ctx, start)
		},
	}
	for name, changed := range changes {
		for _, path := range recorded(t, lifeRelease+"_life-") {
			t.Run(name+"/"+filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				replayer := worker.NewWorkflowReplayer()
				replayer.RegisterWorkflowWithOptions(changed, workflow.RegisterOptions{Name: workflows.AppointmentLifeType})
				require.ErrorContains(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, path), "TMPRL1100")
			})
		}
	}
}

// registryOf returns the registry of all domains and what options add.
func registryOf(t *testing.T, options ...fx.Option) *events.Registry {
	t.Helper()
	var registry *events.Registry
	app := fx.New(domains.Module, eventsfx.Registry, eventsfx.Types(testTypes...), fx.Options(options...),
		fx.Supply(slog.New(slog.DiscardHandler)), fx.Populate(&registry), fx.NopLogger)
	require.NoError(t, app.Err())
	return registry
}
