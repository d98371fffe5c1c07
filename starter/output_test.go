package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestColours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name               string
		args               []string
		terminal           string // which streams are one
		environ            string
		onStdout, onStderr bool
	}{
		{name: "none without a terminal"},
		{name: "both on a terminal", terminal: "out err", onStdout: true, onStderr: true},
		{name: "by the stream: data in a pipe", terminal: "err", onStderr: true},
		{name: "by the stream: errors in a file", terminal: "out", onStdout: true},
		{name: "never in JSON", args: []string{"-o", "json"}, terminal: "out err", onStderr: true},
		{name: "never in JSON, however asked", args: []string{"-o", "jsonl", "--color", "always"}, onStderr: true},
		{name: "vetoed by NO_COLOR", terminal: "out err", environ: "NO_COLOR=1"},
		{name: "not vetoed by an empty NO_COLOR", terminal: "out err", environ: "NO_COLOR=", onStdout: true, onStderr: true},
		{name: "vetoed by a dumb terminal", terminal: "out err", environ: "TERM=dumb"},
		{name: "always, even into a pipe", args: []string{"--color", "always"}, environ: "NO_COLOR=1", onStdout: true, onStderr: true},
		{name: "never, even on a terminal", args: []string{"--color", "never"}, terminal: "out err"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.setEnv(c.environ)
			term.setTerminals(c.terminal)
			term.input("{}\n")

			code := term.exec(append([]string{"publish", "-"}, c.args...)...)

			require.Equal(t, exitSomeFailed, code)
			require.Equal(t, c.onStdout, hasColour(term.out.String()), "stdout %q", term.out.String())
			require.Equal(t, c.onStderr, hasColour(term.err.String()), "stderr %q", term.err.String())
		})
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format string
		at     time.Time
		want   string
	}{
		{"relative", time.Time{}, ""},
		{"relative", now, "now"},
		{"relative", now.Add(-90 * time.Second), "1m30s ago"},
		{"relative", now.Add(-time.Hour), "1h ago"},
		{"relative", now.Add(-50 * time.Hour), "2d2h ago"},
		{"relative", now.Add(65 * time.Minute), "in 1h5m"},
		{"iso", now.Add(time.Millisecond), "2027-03-30T08:00:00Z"},
		{"raw", now.Add(time.Millisecond), "2027-03-30T08:00:00.001Z"},
	} {
		t.Run(c.format+" "+c.want, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.flags.timeFormat = c.format

			require.Equal(t, c.want, term.when(c.at))
		})
	}
}
