package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventsfx"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// wiring is everything but the connection, which it needs when it starts and not
// before: it can be built without a server.
func wiring(config Config, log *slog.Logger) fx.Option {
	return fx.Options(
		fx.Supply(config, log),
		domains.Module,
		domains.Upkeep,
		eventsfx.Registry,
		fx.Provide(newActivities, newLife, newPublisher),
		fx.WithLogger(func() fxevent.Logger {
			logger := &fxevent.SlogLogger{Logger: log}
			logger.UseLogLevel(slog.LevelDebug)
			return logger
		}),
	)
}

func newActivities(config Config, registry *events.Registry, log *slog.Logger) (*activities.Activities, error) {
	retry, err := config.Activities.Retry()
	if err != nil {
		return nil, err
	}
	return activities.New(registry, retry, log), nil
}

// newLife hands the domains' services to the lives of appointments.
func newLife(s domains.Services) activities.Life {
	return activities.Life{
		Customers: s.Customers, Availability: s.Availability, Appointments: s.Appointments, Calendar: s.Calendar, Rank: s.Rank, Seed: s.Seed,
		Books: activities.Books{Report: s.Facts.Report, Rebuild: s.Rebuilder.Rebuild, Verify: s.Trail.Verify},
	}
}

// newPublisher announces what upkeep finds out.
func newPublisher(config Config, connection *temporalclient.Connection) events.Publisher {
	return workflows.NewPublisher(connection.Client, workflows.Config{Namespace: connection.Namespace, TaskQueue: config.TaskQueue})
}

// newLives starts lives over the connection, where there is one, and gives them commands.
func newLives(config Config, connection *temporalclient.Connection) domains.Lives {
	return workflows.NewLives(connection.Client, workflows.Config{Namespace: connection.Namespace, TaskQueue: config.TaskQueue})
}

// validateWiring builds every listener and prints what would run.
func validateWiring(_ context.Context, config Config, stdout, stderr io.Writer) error {
	var registry *events.Registry
	noConnection := fx.Supply(&temporalclient.Connection{}) // nothing starts
	app := fx.New(wiring(config, config.logger(stderr)), noConnection, fx.Populate(&registry), fx.Invoke(func(*activities.Activities, activities.Life) {}))
	if err := app.Err(); err != nil {
		return wiringError(err)
	}
	subscriptions := 0
	for _, name := range registry.TypeNames() {
		subscriptions += len(registry.Listeners(name))
	}
	fmt.Fprintf(stdout, "ok: %d event types, %d listeners, %d subscriptions on task queue %s\n",
		len(registry.TypeNames()), len(registry.Names()), subscriptions, config.TaskQueue)
	return nil
}

// wiringError strips fx's chain of constructors from the error of one of them.
func wiringError(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// patience is how long a worker waits for a server that starts beside it.
const patience = 30 * time.Second

func connect(ctx context.Context, log *slog.Logger) (*temporalclient.Connection, error) {
	return temporalclient.Dial(ctx, temporalclient.Options{
		Logger:      log,
		Patience:    patience,
		DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor())},
	})
}

func exitCode(err error) int {
	if _, ok := errors.AsType[*temporalclient.ConnectError](err); ok {
		return exitConnect
	}
	return exitFailed
}
