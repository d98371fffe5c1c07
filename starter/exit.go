package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// Exit codes; the package comment says what they mean.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitConflict    = 4
	exitSomeFailed  = 5
	exitUnreachable = 6
	exitTimedOut    = 7
	exitListeners   = 8
	exitInterrupted = 130
)

// An exitError ends the program with a code, and with a text unless everything
// has been said.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

func exit(code int, format string, args ...any) error {
	return &exitError{code, fmt.Sprintf(format, args...)}
}

// usage is an error in how the command was called.
func usage(format string, args ...any) error { return exit(exitUsage, format, args...) }

// explain finds the exit code of an error and a text of one line that says how
// to mend it.
func (a *app) explain(err error) exitError {
	text := oneLine(err)
	if e, ok := errors.AsType[*exitError](err); ok {
		return exitError{e.code, oneLine(e)}
	}
	if refusal, ok := errors.AsType[*events.Refusal](err); ok {
		code := exitConflict
		if refusal.Code == "not_found" {
			code = exitNotFound
		}
		return exitError{code, oneLine(refusal)}
	}
	if _, ok := errors.AsType[*temporalclient.ConnectError](err); ok {
		return exitError{exitUnreachable, text}
	}
	if e, ok := errors.AsType[*serviceerror.NamespaceNotFound](err); ok {
		return exitError{exitUnreachable, fmt.Sprintf("namespace %q does not exist on the server: create it, or set TEMPORAL_NAMESPACE", e.Namespace)}
	}
	if _, ok := errors.AsType[*serviceerror.Unavailable](err); ok {
		return exitError{exitUnreachable, text + `: the server is gone; see "make up", then run the same command again`}
	}
	if _, ok := errors.AsType[*serviceerror.PermissionDenied](err); ok {
		return exitError{exitFailed, text + ": the credentials don't allow it; see TEMPORAL_API_KEY and the namespace"}
	}
	switch {
	case errors.Is(err, workflows.ErrNotFound):
		return exitError{exitNotFound, text}
	case errors.Is(err, workflows.ErrNotFailed):
		return exitError{exitConflict, text}
	case errors.Is(err, temporalclient.ErrConfig):
		return exitError{exitUsage, text}
	case isInterrupted(err):
		return exitError{exitInterrupted, "interrupted"}
	case isTimeout(err):
		return exitError{exitTimedOut, "timed out: " + text}
	case !a.started:
		return exitError{exitUsage, text + `; see "starter --help"`}
	}
	return exitError{exitFailed, text}
}

func isInterrupted(err error) bool {
	_, canceled := errors.AsType[*serviceerror.Canceled](err)
	return canceled || errors.Is(err, context.Canceled)
}

func isTimeout(err error) bool {
	_, late := errors.AsType[*serviceerror.DeadlineExceeded](err)
	return late || errors.Is(err, context.DeadlineExceeded)
}

// oneLine joins the lines of an error, of which errors.Join makes one each.
func oneLine(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// endOf is the code for a context that has ended.
func endOf(ctx context.Context) int {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return exitTimedOut
	}
	return exitInterrupted
}
