package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// A logger lets the server log through slog.
type logger struct {
	slog *slog.Logger
	// level can be raised while the server runs.
	level *slog.LevelVar
	// failed takes the first error after which the server cannot go on.
	failed chan error
}

var _ log.Logger = (*logger)(nil)

func newLogger(out io.Writer, level slog.Level, asJSON bool) *logger {
	l := &logger{level: &slog.LevelVar{}, failed: make(chan error, 1)}
	l.level.Set(level)
	options := &slog.HandlerOptions{Level: l.level}
	if asJSON {
		l.slog = slog.New(slog.NewJSONHandler(out, options))
	} else {
		l.slog = slog.New(slog.NewTextHandler(out, options))
	}
	return l
}

func (l *logger) Debug(msg string, tags ...tag.Tag)  { l.log(slog.LevelDebug, msg, tags) }
func (l *logger) Info(msg string, tags ...tag.Tag)   { l.log(slog.LevelInfo, msg, tags) }
func (l *logger) Warn(msg string, tags ...tag.Tag)   { l.log(slog.LevelWarn, msg, tags) }
func (l *logger) Error(msg string, tags ...tag.Tag)  { l.log(slog.LevelError, msg, tags) }
func (l *logger) DPanic(msg string, tags ...tag.Tag) { l.log(slog.LevelError, msg, tags) }

// Panic logs and panics: callers rely on it not to return.
func (l *logger) Panic(msg string, tags ...tag.Tag) {
	l.log(slog.LevelError, msg, tags)
	panic(describe(msg, tags))
}

// Fatal reports the failure to whoever waits for the server and ends the
// goroutine: callers rely on it not to return, and the process must still be
// able to say what went wrong.
func (l *logger) Fatal(msg string, tags ...tag.Tag) {
	l.log(slog.LevelError, msg, tags)
	select {
	case l.failed <- fmt.Errorf("the server failed: %s", describe(msg, tags)):
	default:
	}
	runtime.Goexit()
}

func (l *logger) log(level slog.Level, msg string, tags []tag.Tag) {
	ctx := context.Background()
	if !l.slog.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, len(tags))
	for i, t := range tags {
		attrs[i] = slog.Any(t.Key(), t.Value())
	}
	l.slog.LogAttrs(ctx, level, msg, attrs...)
}

// describe puts a message and its tags into one line.
func describe(msg string, tags []tag.Tag) string {
	var b strings.Builder
	b.WriteString(msg)
	for _, t := range tags {
		fmt.Fprintf(&b, " %s=%v", t.Key(), t.Value())
	}
	return b.String()
}
