package main

import (
	"errors"
	"fmt"
	"log/slog"

	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventsfx"
)

// loadRegistry returns the event types and listeners of all domains. Nothing is
// started, so nothing is opened: constructors do no I/O.
func loadRegistry(log *slog.Logger) (*events.Registry, error) {
	var registry *events.Registry
	app := fx.New(domains.Module, eventsfx.Registry, fx.Supply(log), fx.Populate(&registry), fx.NopLogger)
	if err := app.Err(); err != nil {
		return nil, fmt.Errorf("put the domains together: %w", cause(err))
	}
	return registry, nil
}

// cause strips fx's chain of constructors from the error of one of them.
func cause(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}
