package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"go.temporal.io/sdk/worker"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// deliverer is the running worker.
type deliverer struct {
	worker.Worker
	config     Config
	connection *temporalclient.Connection
	log        *slog.Logger
	health     *http.Server
	// fatal gets the error that ends a worker which has started.
	fatal chan error
}

func newDeliverer(lc fx.Lifecycle, config Config, connection *temporalclient.Connection, registry *events.Registry, a *activities.Activities, life activities.Life, log *slog.Logger) *deliverer {
	d := &deliverer{config: config, connection: connection, log: log, fatal: make(chan error, 2)}
	d.Worker = worker.New(connection.Client, config.TaskQueue, worker.Options{
		MaxConcurrentActivityExecutionSize: config.MaxConcurrentListeners,
		WorkerStopTimeout:                  config.StopTimeout,
		OnFatalError:                       func(err error) { d.fatal <- fmt.Errorf("worker on task queue %s: %w", config.TaskQueue, err) },
	})
	workflows.Register(d, registry.TypeNames())
	a.Register(d)
	life.Register(d)
	lc.Append(fx.Hook{OnStart: d.start, OnStop: d.stop})
	return d
}

func (d *deliverer) start(ctx context.Context) error {
	added, err := d.connection.AddSearchAttributes(ctx, workflows.SearchAttributes())
	if err != nil {
		return err
	}
	if len(added) > 0 {
		d.log.InfoContext(ctx, "search attributes added", "names", added)
	}
	if err := d.Start(); err != nil {
		return fmt.Errorf("start worker on task queue %s of namespace %s: %w", d.config.TaskQueue, d.connection.Namespace, err)
	}
	return d.serveHealth(ctx)
}

func (d *deliverer) stop(ctx context.Context) error {
	d.Stop()
	if d.health == nil {
		return nil
	}
	return d.health.Shutdown(ctx)
}

// serveHealth answers GET /healthz while the worker runs and its server answers.
func (d *deliverer) serveHealth(ctx context.Context) error {
	if d.config.HealthAddress == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.config.HealthAddress)
	if err != nil {
		return fmt.Errorf("HERALD_HEALTH_ADDRESS %s: %w", d.config.HealthAddress, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		const patience = 2 * time.Second
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		if _, err := d.connection.Client.CheckHealth(ctx, nil); err != nil {
			http.Error(w, "temporal does not answer", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	d.health = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := d.health.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			d.fatal <- fmt.Errorf("serve health: %w", err)
		}
	}()
	return nil
}

// announcement is the one line on standard output that says the worker is ready.
func (d *deliverer) announcement() string {
	line, err := json.Marshal(map[string]string{
		"address": d.connection.Address, "namespace": d.connection.Namespace, "task_queue": d.config.TaskQueue, "status": "ready",
	})
	if err != nil {
		return err.Error()
	}
	return string(line)
}
