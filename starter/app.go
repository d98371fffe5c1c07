package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
)

// An app is one run of the command line with everything it takes from outside.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookupEnv      func(name string) (string, bool)
	now            func() time.Time
	user           func() string
	// width returns the columns of the terminal behind w, or 0 if there is none.
	width    func(w io.Writer) int
	registry func(log *slog.Logger) (*events.Registry, error)
	connect  func(ctx context.Context, o temporalclient.Options, taskQueue string) (bus, error)
	desk     func(ctx context.Context, o temporalclient.Options, taskQueue string) (desk, error)

	flags globalFlags
	// started is set once a command's own code runs: errors before that are usage.
	started bool
}

func newApp() *app {
	return &app{
		stdin:     os.Stdin,
		stdout:    os.Stdout,
		stderr:    os.Stderr,
		lookupEnv: os.LookupEnv,
		now:       time.Now,
		user:      currentUser,
		width:     terminalWidth,
		registry:  loadRegistry,
		connect:   connect,
		desk:      openDesk,
	}
}

// run executes the arguments and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	failure := a.explain(err)
	if failure.text != "" {
		a.say("%s %s", a.paint(a.stderr).red("error:"), failure.text)
	}
	return failure.code
}

// action is a command's own code.
type action func(ctx context.Context, args []string) error

// runE wraps a command's code for cobra: with the time limit, and with the mark
// that from here on an error is no longer one of usage.
func (a *app) runE(do action) func(cmd *cobra.Command, args []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := a.flags.check(); err != nil {
			return err
		}
		a.started = true
		ctx := cmd.Context()
		if a.flags.commandTimeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, a.flags.commandTimeout)
			defer cancel()
		}
		return do(ctx, args)
	}
}

// withBus connects for the time of do.
func (a *app) withBus(ctx context.Context, do func(b bus) error) error {
	b, err := a.connect(ctx, a.flags.connection(a), a.flags.taskQueue)
	if err != nil {
		return err
	}
	defer b.Close()
	return do(b)
}

// env returns an environment variable, or fallback if it is unset or empty.
func (a *app) env(name, fallback string) string {
	if value, ok := a.lookupEnv(name); ok && value != "" {
		return value
	}
	return fallback
}

func (a *app) logger() *slog.Logger {
	level, on := logLevels[a.flags.logLevel]
	if !on {
		return slog.New(slog.DiscardHandler)
	}
	options := &slog.HandlerOptions{Level: level}
	if a.flags.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

func currentUser() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		return name
	}
	return name + "@" + host
}

// terminalWidth is the real width of a terminal; some say 0 for "unknown".
func terminalWidth(w io.Writer) int {
	const unknown = 100
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		return width
	}
	return unknown
}
