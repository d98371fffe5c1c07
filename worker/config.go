package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/domains"
)

// Config is the worker's own part of the environment. The connection is
// Temporal's, and each domain has its own part.
type Config struct {
	TaskQueue string     `env:"HERALD_TASK_QUEUE" envDefault:"herald"`
	LogLevel  slog.Level `env:"HERALD_LOG_LEVEL" envDefault:"info"`
	LogFormat string     `env:"HERALD_LOG_FORMAT" envDefault:"text"`
	// StopTimeout is how long a stop waits for what runs.
	StopTimeout time.Duration `env:"HERALD_STOP_TIMEOUT" envDefault:"30s"`
	// HealthAddress serves GET /healthz; nothing is served if it is empty.
	HealthAddress string `env:"HERALD_HEALTH_ADDRESS"`
	// MaxConcurrentListeners is how many asynchronous listeners run at once.
	MaxConcurrentListeners int `env:"HERALD_MAX_CONCURRENT_LISTENERS" envDefault:"200"`

	Activities activities.Config
}

// stopMargin is the time for everything but the listeners to stop.
const stopMargin = 5 * time.Second

// loadConfig reads the environment and reports everything that is wrong with it,
// the domains' parts included.
func loadConfig() (Config, error) {
	config, err := env.ParseAs[Config]()
	errs := []error{err}
	if err == nil {
		_, retryErr := config.Activities.Retry()
		errs = append(errs, retryErr)
	}
	complain := func(bad bool, format string, args ...any) {
		if err == nil && bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	complain(config.LogFormat != "text" && config.LogFormat != "json", "HERALD_LOG_FORMAT is %q: write text or json", config.LogFormat)
	complain(config.StopTimeout < 0, "HERALD_STOP_TIMEOUT is %s: it must not be negative", config.StopTimeout)
	complain(config.MaxConcurrentListeners < 1, "HERALD_MAX_CONCURRENT_LISTENERS is %d: it must be at least 1", config.MaxConcurrentListeners)
	complain(config.TaskQueue == "", "HERALD_TASK_QUEUE is empty: leave it out for %q", "herald")
	errs = append(errs, domains.CheckEnvironment())
	return config, errors.Join(errs...)
}

func (c Config) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// indent sets each error on a line of its own.
func indent(err error) string {
	text := strings.ReplaceAll(err.Error(), "; ", "\n")
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}

func usage() string {
	return `worker runs the deliveries and the listeners of every domain, until it is
interrupted; then it finishes what runs.

Usage:
  worker              run
  worker -validate    wire everything, print what would run, and exit
  worker -help

Example:
  TEMPORAL_ADDRESS=localhost:7233 worker

Environment (a default in brackets):
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*,
  TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE     as Temporal's tools have them
  HERALD_TASK_QUEUE [herald]
  HERALD_LOG_LEVEL [info], HERALD_LOG_FORMAT [text]     text or json
  HERALD_STOP_TIMEOUT [30s]                  how long a stop waits for what runs
  HERALD_HEALTH_ADDRESS                      host:port that serves GET /healthz
  HERALD_MAX_CONCURRENT_LISTENERS [200]
  HERALD_RETRY_INITIAL_INTERVAL [1m]         the ladder of async listeners that
  HERALD_RETRY_BACKOFF_COEFFICIENT [2]       have none of their own
  HERALD_RETRY_MAXIMUM_INTERVAL [0s]         0s is no maximum
  HERALD_RETRY_MAXIMUM_ATTEMPTS [3]
` + domains.EnvironmentHelp
}
