package activities

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

// Config is read from the environment.
type Config struct {
	// The ladder of asynchronous listeners without a policy of their own.
	RetryInitialInterval    time.Duration `env:"HERALD_RETRY_INITIAL_INTERVAL" envDefault:"1m"`
	RetryBackoffCoefficient float64       `env:"HERALD_RETRY_BACKOFF_COEFFICIENT" envDefault:"2"`
	RetryMaximumInterval    time.Duration `env:"HERALD_RETRY_MAXIMUM_INTERVAL" envDefault:"0s"`
	RetryMaximumAttempts    int           `env:"HERALD_RETRY_MAXIMUM_ATTEMPTS" envDefault:"3"`
}

// Retry returns the default ladder, or what is wrong with it.
func (c Config) Retry() (events.RetryPolicy, error) {
	policy := events.RetryPolicy{
		InitialInterval:    c.RetryInitialInterval,
		BackoffCoefficient: c.RetryBackoffCoefficient,
		MaximumInterval:    c.RetryMaximumInterval,
		MaximumAttempts:    c.RetryMaximumAttempts,
	}
	if err := policy.Validate(); err != nil {
		return policy, fmt.Errorf("HERALD_RETRY_*: %w", err)
	}
	return policy, nil
}

// Activities runs the listeners of one registry.
type Activities struct {
	registry *events.Registry
	retry    events.RetryPolicy
	log      *slog.Logger
}

// New returns the activities of a registry. retry is the ladder of asynchronous
// listeners without one of their own.
func New(registry *events.Registry, retry events.RetryPolicy, log *slog.Logger) *Activities {
	return &Activities{registry: registry, retry: retry, log: log}
}

// Registry is the part of a worker that takes activities.
type Registry interface {
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
	RegisterDynamicActivity(a any, options activity.DynamicRegisterOptions)
}

// Register registers the plan, the runner of sync listeners, and every listener
// under each of its names. A listener that this process does not know is answered
// by the dynamic activity, with an error that says so.
func (a *Activities) Register(r Registry) {
	r.RegisterActivityWithOptions(a.Plan, activity.RegisterOptions{Name: workflows.PlanActivity})
	r.RegisterActivityWithOptions(a.RunSync, activity.RegisterOptions{Name: workflows.SyncActivity})
	for _, name := range a.registry.Names() {
		r.RegisterActivityWithOptions(a.Run, activity.RegisterOptions{Name: name})
	}
	r.RegisterDynamicActivity(a.runUnknown, activity.DynamicRegisterOptions{})
}

// Plan decides who gets an event of the given type. A type that this process does
// not know is an error: another worker may know it.
func (a *Activities) Plan(_ context.Context, request workflows.PlanRequest) (workflows.Plan, error) {
	if _, known := a.registry.Type(request.Type); !known {
		return workflows.Plan{}, fmt.Errorf("%w %q: deploy a worker whose domains announce it, then redrive the event", events.ErrUnknownType, request.Type)
	}
	var plan workflows.Plan
	if len(request.Only) == 0 {
		for _, l := range a.registry.Listeners(request.Type) {
			plan.Steps = append(plan.Steps, a.step(l.Name(), l))
		}
		return plan, nil
	}
	for _, name := range request.Only {
		l, known := a.registry.Find(name, request.Type)
		if !known {
			// It fails by itself, on a ladder, so that a worker of another
			// release has its chance.
			plan.Steps = append(plan.Steps, workflows.Step{Listener: name, Timeout: events.DefaultTimeout, Retry: a.retry})
			continue
		}
		plan.Steps = append(plan.Steps, a.step(name, l))
	}
	return plan, nil
}

// Effective returns the ladder on which a listener's asynchronous attempts run.
func Effective(l events.Listener, fallback events.RetryPolicy) events.RetryPolicy {
	if own, ok := l.RetryPolicy(); ok {
		return own
	}
	return fallback
}

func (a *Activities) step(name string, l events.Listener) workflows.Step {
	return workflows.Step{
		Listener: name,
		Sync:     l.IsSync(),
		Priority: l.Priority(),
		Timeout:  l.Timeout(),
		Retry:    Effective(l, a.retry),
	}
}

// RunSync runs a sync listener as a local activity.
func (a *Activities) RunSync(ctx context.Context, listener string, env events.Envelope) (workflows.Emission, error) {
	info := activity.GetInfo(ctx)
	// The server's clock, which may skip time; a local activity has no other.
	return a.deliver(ctx, listener, env, int(info.Attempt), info.ScheduledTime, classifySync)
}

// Run runs the listener that the activity's type names.
func (a *Activities) Run(ctx context.Context, env events.Envelope) (workflows.Emission, error) {
	info := activity.GetInfo(ctx)
	return a.deliver(ctx, info.ActivityType.Name, env, int(info.Attempt), info.StartedTime, classify)
}

// runUnknown takes the activities of listeners that are not registered here.
func (a *Activities) runUnknown(ctx context.Context, args converter.EncodedValues) (workflows.Emission, error) {
	var env events.Envelope
	if err := args.Get(&env); err != nil {
		return workflows.Emission{}, classify(events.Permanent(fmt.Errorf("the input is not an event: %w", err)), int(activity.GetInfo(ctx).Attempt))
	}
	return a.Run(ctx, env)
}

func (a *Activities) deliver(ctx context.Context, listener string, env events.Envelope, attempt int, now time.Time, classify func(error, int) error) (workflows.Emission, error) {
	log := a.log.With("event_id", env.ID, "event", env.Type, "listener", listener, "attempt", attempt, "correlation_id", env.CorrelationID)
	started := time.Now()
	emitted, err := a.registry.Deliver(ctx, listener, env, events.Run{Attempt: attempt, Now: now.UTC()})
	if err != nil {
		log.WarnContext(ctx, "listener failed", "error", err, "permanent", events.IsPermanent(err), "duration", time.Since(started))
		return workflows.Emission{}, classify(err, attempt)
	}
	log.InfoContext(ctx, "listener succeeded", "emitted", len(emitted), "duration", time.Since(started))
	return workflows.Emission{Events: emitted, Attempt: attempt}, nil
}
