package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
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

func newDeliverer(lc fx.Lifecycle, config Config, connection *temporalclient.Connection, registry *events.Registry, a *activities.Activities, log *slog.Logger) *deliverer {
	d := &deliverer{config: config, connection: connection, log: log, fatal: make(chan error, 2)}
	d.Worker = worker.New(connection.Client, config.TaskQueue, worker.Options{
		MaxConcurrentActivityExecutionSize: config.MaxConcurrentListeners,
		WorkerStopTimeout:                  config.StopTimeout,
		OnFatalError:                       func(err error) { d.fatal <- fmt.Errorf("worker on task queue %s: %w", config.TaskQueue, err) },
	})
	workflows.Register(d, registry.TypeNames())
	a.Register(d)
	lc.Append(fx.Hook{OnStart: d.start, OnStop: d.stop})
	return d
}

func (d *deliverer) start(ctx context.Context) error {
	if err := d.addSearchAttributes(ctx); err != nil {
		return err
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

// addSearchAttributes registers the search attributes that the namespace lacks.
// Two workers that start at once may both try: the second finds them there.
func (d *deliverer) addSearchAttributes(ctx context.Context) error {
	operator := d.connection.Client.OperatorService()
	listed, err := operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: d.connection.Namespace})
	if _, missing := errors.AsType[*serviceerror.NamespaceNotFound](err); missing {
		return fmt.Errorf("namespace %s does not exist: create it, or set TEMPORAL_NAMESPACE", d.connection.Namespace)
	}
	if err != nil {
		return fmt.Errorf("list search attributes of namespace %s: %w", d.connection.Namespace, err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	wanted := workflows.SearchAttributes()
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		switch have, ok := listed.GetCustomAttributes()[name]; {
		case !ok:
			missing[name] = wanted[name]
		case have != wanted[name]:
			return fmt.Errorf("search attribute %s of namespace %s is a %s, it must be a %s: remove it, and start again", name, d.connection.Namespace, have, wanted[name])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: d.connection.Namespace, SearchAttributes: missing})
	if _, raced := errors.AsType[*serviceerror.AlreadyExists](err); err != nil && !raced {
		return fmt.Errorf("add the search attributes %v to namespace %s: %w", slices.Sorted(maps.Keys(missing)), d.connection.Namespace, err)
	}
	d.log.InfoContext(ctx, "search attributes added", "names", slices.Sorted(maps.Keys(missing)))
	return d.awaitSearchAttributes(ctx, slices.Sorted(maps.Keys(wanted)))
}

// awaitSearchAttributes returns when the server's cache knows the attributes:
// until then it would refuse to start a delivery.
func (d *deliverer) awaitSearchAttributes(ctx context.Context, names []string) error {
	const patience, interval = time.Minute, 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for _, name := range names {
		for {
			_, err := d.connection.Client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
				Namespace: d.connection.Namespace, Query: name + " IS NOT NULL",
			})
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("search attribute %s was added, but the server does not know it: %w", name, err)
			case <-tick.C:
			}
		}
	}
	return nil
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
