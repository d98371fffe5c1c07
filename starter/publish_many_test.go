package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/herald-bus/herald/events"
)

// idOf is the id of the nth event of a test.
func idOf(n int) string { return fmt.Sprintf("0195e5e4-1a00-7000-8000-%012d", n) }

// lineOf is the input line of the nth event.
func lineOf(n int) string {
	return `{"id":"` + idOf(n) + `","type":"call.started","data":` + aCall + `}`
}

func linesOf(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(lineOf(i+1) + "\n")
	}
	return b.String()
}

func results(t *testing.T, out string) []publishResult {
	t.Helper()
	var list []publishResult
	for line := range strings.Lines(out) {
		var r publishResult
		require.NoError(t, json.Unmarshal([]byte(line), &r), line)
		list = append(list, r)
	}
	return list
}

func many(more ...string) []string { return append([]string{"publish", "-", "--backdated"}, more...) }

// mixed has two good lines, two bad ones, a blank and a duplicate.
var mixed = strings.Join([]string{
	lineOf(1),
	`{"type":"call.started","data":{]}`,
	"",
	`{"specversion":"1.0","source":"/crm","id":"` + idOf(2) + `","type":"call.started","data":` + aCall + `}`,
	`{"type":"call.startd","id":"` + idOf(3) + `","data":{}}`,
	lineOf(1),
}, "\n")

func TestPublishMany(t *testing.T) {
	t.Parallel()

	t.Run("answers each line in order and goes on after a bad one", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(mixed)

		code := term.exec(many("-o", "jsonl", "--concurrency", "1")...)

		require.Equal(t, exitSomeFailed, code)
		got := results(t, term.out.String())
		var summary []string
		for _, r := range got {
			summary = append(summary, fmt.Sprintf("%d %s %s", r.Line, r.ID, r.Status))
		}
		require.Equal(t, []string{
			"1 " + idOf(1) + " published",
			"2  rejected",
			"4 " + idOf(2) + " published",
			"5 " + idOf(3) + " rejected",
			"6 " + idOf(1) + " duplicate",
		}, summary)
		require.Contains(t, got[1].Error, "invalid JSON at 2:32: invalid character ']'")
		require.Contains(t, got[3].Error, "did you mean call.started?")
		require.Contains(t, term.err.String(), "2 published, 1 duplicate, 2 rejected\n")
		require.Contains(t, term.err.String(), "error: 2 failed")
	})

	t.Run("writes text in columns", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(mixed)

		require.Equal(t, exitSomeFailed, term.exec(many("--concurrency", "1")...))
		golden(t, "publish_many", term.out.String())
	})

	t.Run("writes one JSON array", func(t *testing.T) {
		t.Parallel()
		for input, length := range map[string]int{mixed: 5, "": 0} {
			term := newTerminal(t)
			term.input(input)

			term.exec(many("-o", "json")...)

			var list []publishResult
			require.NoError(t, json.Unmarshal(term.out.Bytes(), &list), term.out.String())
			require.Len(t, list, length)
		}
	})

	t.Run("keeps the order however the answers come", func(t *testing.T) {
		t.Parallel()
		const n = 200
		term := newTerminal(t)
		term.input(linesOf(n))

		require.Zero(t, term.exec(many("-o", "jsonl", "--concurrency", "16")...), term.err.String())

		for i, r := range results(t, term.out.String()) {
			require.Equal(t, i+1, r.Line)
			require.Equal(t, idOf(i+1), r.ID)
		}
		require.Len(t, term.bus.published, n)
		require.Equal(t, "200 published\n", term.err.String())
	})

	t.Run("can be run again", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(linesOf(3))
		require.Zero(t, term.exec(many()...))
		term.input(linesOf(4))

		require.Zero(t, term.exec(many()...))

		require.Contains(t, term.err.String(), "1 published, 3 duplicate\n")
		require.Len(t, term.bus.published, 4)
	})

	t.Run("makes duplicates failures where new events are required", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(lineOf(1) + "\n" + lineOf(1))

		require.Equal(t, exitSomeFailed, term.exec(many("--require-new", "--concurrency", "1")...))
		require.Contains(t, term.out.String(), "--require-new takes new events only")
	})

	t.Run("gives flags to every line", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(linesOf(2))

		require.Zero(t, term.exec(many("--tenant", tenant, "--correlation-id", "import-7")...))
		for _, env := range term.bus.published {
			require.Equal(t, tenant, env.TenantID)
			require.Equal(t, "import-7", env.CorrelationID)
		}
	})

	t.Run("refuses a line without type or data, or that is no object", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input("{}\n" + `{"type":"call.started"}` + "\n[1]\n" + strings.Repeat("x", maxInput+1) + "\n" + lineOf(1))

		require.Equal(t, exitSomeFailed, term.exec(many("-o", "jsonl")...))

		got := results(t, term.out.String())
		require.Len(t, got, 5)
		require.Contains(t, got[0].Error, "attribute type is missing")
		require.Contains(t, got[1].Error, "attribute data is missing")
		require.Contains(t, got[2].Error, "an event must be a JSON object")
		require.Contains(t, got[3].Error, "the line has more than")
		require.Equal(t, statusPublished, got[4].Status)
	})
}

func TestPublishManyStops(t *testing.T) {
	t.Parallel()

	t.Run("at the first bad line, if asked", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(mixed)

		require.Equal(t, exitSomeFailed, term.exec(many("--stop-on-error", "-o", "jsonl")...))
		require.Len(t, results(t, term.out.String()), 2)
		require.Contains(t, term.err.String(), "error: stopped on the error in line 2")
	})

	t.Run("when the server is gone", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(linesOf(1000))
		term.bus.onPublish = func(_ context.Context, env events.Envelope) error {
			if env.ID == idOf(3) {
				return serviceerror.NewUnavailable("connection closed")
			}
			return nil
		}

		require.Equal(t, exitUnreachable, term.exec(many("-o", "jsonl", "--concurrency", "2")...))
		require.Less(t, len(results(t, term.out.String())), 20)
		require.Contains(t, term.err.String(), "run the same input again")
	})

	t.Run("on an interrupt while it waits for input", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		ctx, interrupt := context.WithCancel(t.Context())
		term.ctx = ctx
		in, typed := io.Pipe()
		defer func() { _ = typed.Close() }()
		term.stdin = in
		term.bus.onPublish = func(context.Context, events.Envelope) error { interrupt(); return nil }
		go func() { _, _ = io.WriteString(typed, lineOf(1)+"\n") }()

		require.Equal(t, exitInterrupted, term.exec(many("-o", "jsonl")...))
		require.Contains(t, term.err.String(), "error: interrupted; run the same input again")
		require.Len(t, results(t, term.out.String()), 1)
	})

	t.Run("when nobody reads its output", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(linesOf(100))
		term.stdout = brokenPipe{}

		require.Equal(t, exitFailed, term.exec(many("-o", "jsonl", "--concurrency", "1")...))
		require.Less(t, len(term.bus.published), 100)
	})
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestPublishManyDryRun(t *testing.T) {
	t.Parallel()
	term := newTerminal(t)
	term.input(mixed)

	require.Equal(t, exitSomeFailed, term.exec(many("--dry-run", "-o", "jsonl")...))
	require.Contains(t, term.err.String(), "3 valid, 2 rejected\n")
	require.Empty(t, term.bus.published)
}

func TestPublishManyKeepsToItsRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		term := newTerminal(t)
		term.input(linesOf(11))
		started := time.Now()

		require.Zero(t, term.exec(many("--rate", "5")...))
		require.Equal(t, 2*time.Second, time.Since(started))
	})
}

func TestProgressBar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, terminals string
		args            []string
		shown           bool
	}{
		{"on standard error, while the data goes to a file", "err", nil, true},
		{"not beside results on the same terminal", "out err", nil, false},
		{"on a terminal without results", "out err", []string{"-o", "none"}, true},
		{"not in a file", "", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.setTerminals(c.terminals)
			term.input(linesOf(3))
			var mu sync.Mutex
			clock := now
			term.now = func() time.Time {
				mu.Lock()
				defer mu.Unlock()
				clock = clock.Add(time.Second)
				return clock
			}

			require.Zero(t, term.exec(many(c.args...)...))

			require.Equal(t, c.shown, strings.Contains(term.err.String(), clearLine), "%q", term.err.String())
			require.True(t, strings.HasSuffix(term.err.String(), "3 published\n"))
		})
	}

	t.Run("shows the share of a file", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		bar := &progressBar{app: term.app, total: 200}

		bar.update("7 published", 100)
		bar.update("8 published", 110)

		require.Equal(t, clearLine+"████████████░░░░░░░░░░░░  50%  7 published", term.err.String(), "ten times a second at most")
	})
}
