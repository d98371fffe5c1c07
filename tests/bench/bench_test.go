package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/workflows"
)

const (
	tenant    = "6f1c2c5e-6a38-5e0b-8f0a-3c1a8a3f9d10"
	taskQueue = "herald-bench"

	// Each round runs every variant in turn: so many one after another, for the
	// latencies, and so many with so many at once, for the events a second.
	singles    = 20
	batch      = 200
	concurrent = 20
)

// The variants by name; eager ones are started through the worker's own client.
const (
	emptyEager     = "empty workflow, eager"
	foundEager     = "empty workflow with search attributes, eager"
	emptyQueued    = "empty workflow"
	sequenceQueued = "five activities in sequence"
	parallelQueued = "five activities in parallel"
	oneEager       = "event, one sync listener, eager"
	syncEager      = "event, five sync listeners, eager"
	syncQueued     = "event, five sync listeners"
	tenEager       = "event, ten sync listeners, eager"
	asyncEager     = "event, five async listeners, eager"
	asyncQueued    = "event, five async listeners"
)

// samples are what was measured of one variant.
type samples struct {
	acknowledged []time.Duration // until the server has taken the start
	done         []time.Duration // until the run has ended
	perSecond    []float64
}

func median[T time.Duration | float64](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// BenchmarkDelivery reports, for each goal, how a delivery compares with a bare
// workflow. With -v it prints every variant's figures.
func BenchmarkDelivery(b *testing.B) {
	c, eager := startWorld(b)
	variants := newVariants(c, eager)
	measured := map[string]*samples{}
	for _, v := range variants {
		measured[v.name] = &samples{}
		require.NoError(b, throughput(b.Context(), c, v, concurrent, &samples{}))
	}

	for b.Loop() {
		for _, v := range variants {
			require.NoError(b, latency(b.Context(), c, v, measured[v.name]))
			require.NoError(b, throughput(b.Context(), c, v, batch, measured[v.name]))
		}
	}

	rate := func(name string) float64 { return median(measured[name].perSecond) }
	acknowledged := func(name string) float64 { return float64(median(measured[name].acknowledged)) }
	done := func(name string) time.Duration { return median(measured[name].done) }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(acknowledged(syncQueued)/acknowledged(emptyQueued), "ack/bare-ack")
	b.ReportMetric(rate(syncEager)/rate(emptyEager), "sync-eager/empty-eager")
	b.ReportMetric(rate(syncEager)/rate(foundEager), "sync-eager/found-eager")
	b.ReportMetric(rate(syncEager)/rate(sequenceQueued), "sync-eager/sequence")
	b.ReportMetric(rate(asyncEager)/rate(parallelQueued), "async-eager/parallel")
	b.ReportMetric((done(tenEager)-done(oneEager)).Seconds()*1000/9, "ms/further-sync-listener")
	printTable(os.Stdout, variants, measured)
}

func printTable(w io.Writer, variants []variant, measured map[string]*samples) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nVARIANT\tACKNOWLEDGED\tDONE\tA SECOND\t")
	for _, v := range variants {
		s := measured[v.name]
		fmt.Fprintf(table, "%s\t%s\t%s\t%.0f\t\n", v.name, median(s.acknowledged).Round(10*time.Microsecond), median(s.done).Round(10*time.Microsecond), median(s.perSecond))
	}
	table.Flush()
}

func newVariants(c, eager client.Client) []variant {
	config := workflows.Config{Namespace: client.DefaultNamespace, TaskQueue: taskQueue}
	queuedBus, eagerBus := workflows.NewPublisher(c, config), workflows.NewPublisher(eager, config)
	one := func(t thing) events.Event { return oneSync{t} }
	five := func(t thing) events.Event { return fiveSync{t} }
	ten := func(t thing) events.Event { return tenSync{t} }
	async := func(t thing) events.Event { return fiveAsync{t} }
	return []variant{
		bare(emptyEager, eager, emptyWorkflow),
		bare(foundEager, eager, emptyWorkflow, attributes()...),
		published(syncEager, eagerBus, five),
		bare(emptyQueued, c, emptyWorkflow),
		published(syncQueued, queuedBus, five),
		bare(sequenceQueued, c, sequenceWorkflow),
		bare(parallelQueued, c, parallelWorkflow),
		published(asyncEager, eagerBus, async),
		published(asyncQueued, queuedBus, async),
		published(oneEager, eagerBus, one),
		published(tenEager, eagerBus, ten),
	}
}

// latency runs v one at a time.
func latency(ctx context.Context, c client.Client, v variant, s *samples) error {
	for range singles {
		started := time.Now()
		id, run, err := v.start(ctx)
		if err != nil {
			return err
		}
		s.acknowledged = append(s.acknowledged, time.Since(started))
		if err := c.GetWorkflow(ctx, id, run).Get(ctx, nil); err != nil {
			return err
		}
		s.done = append(s.done, time.Since(started))
	}
	return nil
}

// throughput runs v n times, several at once, each to its end.
func throughput(ctx context.Context, c client.Client, v variant, n int, s *samples) error {
	turns := make(chan struct{}, n)
	for range n {
		turns <- struct{}{}
	}
	close(turns)
	errs := make(chan error, concurrent)
	var all sync.WaitGroup
	started := time.Now()
	for range concurrent {
		all.Go(func() {
			for range turns {
				id, run, err := v.start(ctx)
				if err == nil {
					err = c.GetWorkflow(ctx, id, run).Get(ctx, nil)
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	s.perSecond = append(s.perSecond, float64(n)/time.Since(started).Seconds())
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// startWorld starts a server and a worker in this process. The second client is the
// worker's, so that what it starts is eager.
func startWorld(b *testing.B) (c, eager client.Client) {
	b.Helper()
	server, external := harness.External()
	if !external {
		binary, err := harness.BuildDevserver(b.Context(), os.Stderr)
		require.NoError(b, err)
		server, err = harness.StartServer(b.Context(), binary, harness.ServerOptions{})
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, server.Stop()) })
	}
	dial := func() client.Client {
		connection, err := temporalclient.Dial(b.Context(), temporalclient.Options{Address: server.Address, Namespace: server.Namespace})
		require.NoError(b, err)
		b.Cleanup(connection.Client.Close)
		_, err = connection.AddSearchAttributes(b.Context(), workflows.SearchAttributes())
		require.NoError(b, err)
		return connection.Client
	}
	c, eager = dial(), dial()

	registry, err := newRegistry()
	require.NoError(b, err)
	w := worker.New(eager, taskQueue, worker.Options{})
	workflows.Register(w, registry.TypeNames())
	activities.New(registry, events.DefaultRetry(), slog.New(slog.DiscardHandler)).Register(w)
	w.RegisterWorkflowWithOptions(empty, workflow.RegisterOptions{Name: emptyWorkflow})
	w.RegisterWorkflowWithOptions(inSequence, workflow.RegisterOptions{Name: sequenceWorkflow})
	w.RegisterWorkflowWithOptions(inParallel, workflow.RegisterOptions{Name: parallelWorkflow})
	w.RegisterActivityWithOptions(nothing, activity.RegisterOptions{Name: emptyActivity})
	require.NoError(b, w.Start())
	b.Cleanup(w.Stop)
	return c, eager
}
