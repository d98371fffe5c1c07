// Package upkeep runs what a domain does by itself every so often, such as sealing
// the audit trail. A domain contributes its jobs with [Jobs]; they run where
// somebody installs [Module], which is in every worker, and not beside the command
// line. Several workers run the same job at the same time: it takes its own lock, or
// does no harm when it is done twice.
//
// A job goes over all tenants with [EachTenant], deletes with [InBatches], and tells
// of what it did with [Announce].
package upkeep

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.uber.org/fx"
)

const group = `group:"upkeep"`

// A Job is something that is done again and again.
type Job struct {
	// Name says whose job it is and what, such as audit.seal.
	Name string
	// Every is the time from the beginning of one run to that of the next. A run
	// that takes longer delays it.
	Every time.Duration
	// Run does it once. It returns when its context is done; an error is logged.
	Run func(ctx context.Context, now time.Time) error
}

// Jobs contributes the jobs that the given constructors return.
func Jobs(constructors ...any) fx.Option {
	options := make([]fx.Option, len(constructors))
	for i, constructor := range constructors {
		options[i] = fx.Provide(fx.Annotate(constructor, fx.ResultTags(group)))
	}
	return fx.Options(options...)
}

// Module runs all jobs while the application runs.
var Module = fx.Module("upkeep", fx.Invoke(fx.Annotate(install, fx.ParamTags(``, group, ``))))

func install(lc fx.Lifecycle, jobs []Job, log *slog.Logger) {
	runner := New(log, jobs...)
	lc.Append(fx.StartStopHook(runner.Start, runner.Stop))
}

// A Runner runs jobs, each in a goroutine of its own.
type Runner struct {
	log  *slog.Logger
	jobs []Job
	stop context.CancelFunc
	wait sync.WaitGroup
}

// New returns a runner of the jobs, which does not run yet.
func New(log *slog.Logger, jobs ...Job) *Runner { return &Runner{log: log, jobs: jobs} }

// Start begins. Each job runs for the first time when its interval has passed.
func (r *Runner) Start() {
	// The jobs outlive the context of the start.
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	for _, job := range r.jobs {
		r.wait.Go(func() { r.repeat(ctx, job) })
	}
}

// Stop ends the jobs and waits for what runs.
func (r *Runner) Stop() {
	if r.stop != nil {
		r.stop()
	}
	r.wait.Wait()
}

func (r *Runner) repeat(ctx context.Context, job Job) {
	ticker := time.NewTicker(job.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if err := job.Run(ctx, now.UTC()); err != nil && ctx.Err() == nil {
				r.log.ErrorContext(ctx, "upkeep failed and is tried again", "job", job.Name, "error", err, "after", job.Every)
			}
		}
	}
}
