package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	now    = time.Date(2027, time.March, 30, 8, 0, 0, 0, time.UTC)
	anID   = "0195e5e4-1a00-7000-8000-000000000001"
	anID2  = "0195e5e4-1a00-7000-8000-000000000002"
	tenant = "6f1c2c5e-6a38-5e0b-8f0a-3c1a8a3f9d10"
)

// aCall is valid data of call.started.
const aCall = `{"call_id":"call-42","vendor_call_id":"v-1","branch_id":"b-1","zone":"Europe/Berlin","direction":"inbound","kind":"booking",` +
	`"caller_id":"withheld","line_id":"l-1","agent_id":"a-1","language":"de","started_at":"2027-03-30T07:59:00Z","late":false}`

// A terminal is a run of the command line with everything around it.
type terminal struct {
	*app
	bus            *fakeBus
	clerk          *fakeDesk
	out, err       bytes.Buffer
	ctx            context.Context
	environ        map[string]string
	widths         map[io.Writer]int
	connectOptions temporalclient.Options
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	term := &terminal{bus: &fakeBus{}, clerk: newClerk(), ctx: t.Context(), environ: map[string]string{}, widths: map[io.Writer]int{}}
	term.app = &app{
		stdin:     strings.NewReader(""),
		stdout:    &term.out,
		stderr:    &term.err,
		lookupEnv: func(name string) (string, bool) { v, ok := term.environ[name]; return v, ok },
		now:       func() time.Time { return now },
		user:      func() string { return "operator@desk" },
		width:     func(w io.Writer) int { return term.widths[w] },
		registry:  func(*slog.Logger) (*events.Registry, error) { return newRegistry(t), nil },
		connect: func(_ context.Context, o temporalclient.Options, _ string) (bus, error) {
			term.connectOptions = o
			return term.bus, nil
		},
		desk: func(_ context.Context, o temporalclient.Options, _ string) (desk, error) {
			term.connectOptions = o
			return term.clerk, term.clerk.away
		},
	}
	return term
}

// exec runs the arguments and returns the exit code.
func (term *terminal) exec(args ...string) int {
	return term.run(term.ctx, append([]string{}, args...)) // nil would mean os.Args to cobra
}

func (term *terminal) input(text string) { term.stdin = strings.NewReader(text) }

func newRegistry(t *testing.T) *events.Registry {
	t.Helper()
	started := func(context.Context, events.Delivery[call.Started]) error { return nil }
	created := func(context.Context, events.Delivery[appointment.Created]) error { return nil }
	registry, err := events.NewRegistry([]events.Type{events.TypeOf[appointment.Created](), events.TypeOf[appointment.Cancelled](), events.TypeOf[call.Started]()}, []events.Listener{
		events.On("voiceai.record-start", started, events.Sync(), events.Priority(50)),
		events.On("notifications.send-confirmation", created, events.Timeout(10*time.Second)),
		events.On("calendarsync.push-booking", created, events.Priority(20), events.Emits(appointment.Cancelled{}),
			events.Retry(events.RetryPolicy{InitialInterval: 10 * time.Second, BackoffCoefficient: 3, MaximumAttempts: 5})),
	})
	require.NoError(t, err)
	return registry
}

// golden compares text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}

// fakeBus remembers what is published; the hooks say what goes wrong.
type fakeBus struct {
	mu        sync.Mutex
	published []events.Envelope
	states    map[string]events.Status // of duplicates, by id
	onPublish func(ctx context.Context, env events.Envelope) error
	outcomes  []events.Outcome
	onWait    func(ctx context.Context) error

	redrives  []workflows.RedriveOptions
	onRedrive func(id string) (events.Receipt, error)
	stories   []workflows.Story // the last one stays
	describe  func(ctx context.Context) error
	records   []workflows.Record
	filter    workflows.Filter
	roots     []*workflows.Node
	server    error
}

func (b *fakeBus) Publish(ctx context.Context, e events.Event, options ...events.Option) (events.Receipt, error) {
	env, err := events.SealAt(now, e, options...)
	if err != nil {
		return events.Receipt{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.onPublish != nil {
		if err := b.onPublish(ctx, env); err != nil {
			return events.Receipt{}, err
		}
	}
	receipt := events.Receipt{EventID: env.ID, Type: env.Type, WorkflowID: "event/" + env.ID, RunID: "run-1", Status: events.Delivering}
	if status, known := b.states[env.ID]; known {
		receipt.Duplicate, receipt.Status = true, status
		return receipt, nil
	}
	if b.states == nil {
		b.states = map[string]events.Status{}
	}
	b.states[env.ID] = events.Delivering
	b.published = append(b.published, env)
	return receipt, nil
}

func (b *fakeBus) PublishAndWait(ctx context.Context, e events.Event, options ...events.Option) (events.Receipt, []events.Outcome, error) {
	receipt, err := b.Publish(ctx, e, options...)
	if err == nil && b.onWait != nil {
		err = b.onWait(ctx)
	}
	return receipt, b.outcomes, err
}

func (b *fakeBus) PublishAfter(ctx context.Context, d time.Duration, e events.Event, options ...events.Option) (events.Receipt, error) {
	return b.Publish(ctx, e, append(options, events.After(d))...)
}

func (b *fakeBus) PublishAt(ctx context.Context, at time.Time, e events.Event, options ...events.Option) (events.Receipt, error) {
	return b.Publish(ctx, e, append(options, events.At(at))...)
}

// PublishAll reads the stream from another goroutine, as the real one does.
func (b *fakeBus) PublishAll(ctx context.Context, stream iter.Seq[events.Event], concurrency int, options ...events.Option) iter.Seq[events.Result] {
	return func(yield func(events.Result) bool) {
		queue := make(chan chan events.Result, concurrency-1)
		go func() {
			defer close(queue)
			for e := range stream {
				result := make(chan events.Result, 1)
				select {
				case queue <- result:
				case <-ctx.Done():
					return
				}
				go func() {
					receipt, err := b.Publish(ctx, e, options...)
					result <- events.Result{Receipt: receipt, Err: err}
				}()
			}
		}()
		for result := range queue {
			if !yield(<-result) {
				return
			}
		}
	}
}

func (b *fakeBus) Redrive(_ context.Context, id string, options workflows.RedriveOptions) (events.Receipt, error) {
	b.redrives = append(b.redrives, options)
	if b.onRedrive != nil {
		return b.onRedrive(id)
	}
	return events.Receipt{EventID: id, RunID: "run-2", Status: events.Delivering}, nil
}

func (b *fakeBus) Describe(ctx context.Context, _ string) (workflows.Story, error) {
	if b.describe != nil {
		if err := b.describe(ctx); err != nil {
			return workflows.Story{}, err
		}
	}
	story := b.stories[0]
	if len(b.stories) > 1 {
		b.stories = b.stories[1:]
	}
	return story, nil
}

// List has the number of the next record as its token.
func (b *fakeBus) List(_ context.Context, filter workflows.Filter, size int, token []byte) ([]workflows.Record, []byte, error) {
	b.filter = filter
	first := 0
	if len(token) > 0 {
		first = int(token[0])
	}
	last := min(first+size, len(b.records))
	if last < len(b.records) {
		return b.records[first:last], []byte{byte(last)}, nil
	}
	return b.records[first:last], nil, nil
}

func (b *fakeBus) Trace(context.Context, string) ([]*workflows.Node, error) { return b.roots, nil }

func (b *fakeBus) Server(context.Context) (serverInfo, error) {
	return serverInfo{Address: "127.0.0.1:7233", Namespace: "default", Version: "1.32.1"}, b.server
}

func (b *fakeBus) Namespace() string { return "default" }

func (b *fakeBus) Close() {}

// setEnv sets NAME=VALUE, or nothing.
func (term *terminal) setEnv(variable string) {
	if name, value, ok := strings.Cut(variable, "="); ok {
		term.environ[name] = value
	}
}

// setTerminals makes streams terminals: "out", "err" or both.
func (term *terminal) setTerminals(streams string) {
	const columns = 120
	if strings.Contains(streams, "out") {
		term.widths[term.stdout] = columns
	}
	if strings.Contains(streams, "err") {
		term.widths[term.stderr] = columns
	}
}

func hasColour(text string) bool { return strings.Contains(text, "\x1b[3") }
