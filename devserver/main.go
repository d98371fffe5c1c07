// Package main is devserver: a whole Temporal server with its Web UI in one
// static binary, for a laptop, a test or a demonstration.
//
// State is kept in SQLite, in memory or in a file (--db-filename) that outlives
// the process, however it ends. When the server answers, devserver prints one
// line of JSON on standard output and nothing more; see [Ready]. Messages and
// logs go to standard error. SIGINT and SIGTERM stop it.
//
// The flags are those of "temporal server start-dev" where both have them. The
// features that Herald builds on are switched on, limits are raised to what one
// machine can do, and nothing is reported to anybody; see [defaults].
//
// It is a module of its own, so that the server's dependencies stay out of the
// modules that merely talk to one.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// stopTimeout is how long a stop may take before the process ends regardless.
// That is safe: whatever was acknowledged is in the database.
const stopTimeout = 10 * time.Second

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings as arguments; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer restore()
	// A second signal is no longer caught and ends the process at once.
	context.AfterFunc(ctx, restore)

	opts, err := parseOptions(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, help)
		return exitOK
	case errors.Is(err, errVersion):
		fmt.Fprintln(stdout, versionText())
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "devserver: %v\n", err)
		return exitUsage
	}
	opts.LogOutput = stderr

	if err := serve(ctx, opts, stdout); err != nil {
		fmt.Fprintf(stderr, "devserver: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// serve runs a server until ctx is done.
func serve(ctx context.Context, opts Options, stdout io.Writer) error {
	server, err := Start(ctx, opts)
	switch {
	case err != nil && ctx.Err() != nil: // told to stop before it was ready
		return nil
	case err != nil:
		return err
	}
	if err := json.NewEncoder(stdout).Encode(server.Ready()); err != nil {
		err = fmt.Errorf("print the ready line: %w", err)
		return errors.Join(err, server.Stop(stopTimeout))
	}

	select {
	case <-ctx.Done():
		return server.Stop(stopTimeout)
	case err := <-server.Failed():
		return errors.Join(err, server.Stop(stopTimeout))
	}
}
