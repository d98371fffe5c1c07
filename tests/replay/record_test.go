package replay

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/workflows"
)

var record = flag.Bool("record", false, "record a history of each scenario that has none")

const (
	tenant = "6f1c2c5e-6a38-5e0b-8f0a-3c1a8a3f9d10"
	// The histories are named by the version that they were recorded with.
	release     = "v0.1"
	lifeRelease = "v0.2"
)

func historyFile(s scenario) string {
	return filepath.Join("histories", release+"_"+s.name+".json")
}

func lifeFile(s lifeScenario) string {
	return filepath.Join("histories", lifeRelease+"_"+s.name+".json")
}

// TestRecord records what is missing. It never touches a history that exists.
func TestRecord(t *testing.T) {
	if !*record {
		t.Skip("histories are recorded with make record")
	}
	ctx := t.Context()
	binary, err := harness.BuildDevserver(ctx, os.Stderr)
	require.NoError(t, err)
	server, err := harness.StartServer(ctx, binary, harness.ServerOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	connection, err := temporalclient.Dial(ctx, temporalclient.Options{
		Address: server.Address, Namespace: server.Namespace,
		DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor())},
	})
	require.NoError(t, err)
	t.Cleanup(connection.Client.Close)
	_, err = connection.AddSearchAttributes(ctx, workflows.SearchAttributes())
	require.NoError(t, err)
	for _, s := range scenarios {
		if _, err := os.Stat(historyFile(s)); err == nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) { recordScenario(t, connection.Client, s) })
	}
	for _, s := range lives {
		if _, err := os.Stat(lifeFile(s)); err == nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) { recordLife(t, connection.Client, s) })
	}
	for _, s := range callbacks {
		if _, err := os.Stat(callbackFile(s)); err == nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) { recordCallback(t, connection.Client, s) })
	}
	for _, s := range holds {
		if _, err := os.Stat(holdFile(s)); err == nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) { recordHold(t, connection.Client, s) })
	}
	for _, s := range series {
		if _, err := os.Stat(seriesFile(s)); err == nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) { recordSeries(t, connection.Client, s) })
	}
}

func recordScenario(t *testing.T, c client.Client, s scenario) {
	registry, err := events.NewRegistry(testTypes, s.listeners())
	require.NoError(t, err)
	config := workflows.Config{Namespace: "default", TaskQueue: "replay-" + s.name}
	w := worker.New(c, config.TaskQueue, worker.Options{})
	workflows.Register(w, registry.TypeNames())
	activities.New(registry, events.DefaultRetry(), slog.New(slog.DiscardHandler)).Register(w)
	require.NoError(t, w.Start())
	defer w.Stop()

	env, err := events.Seal(placed{OrderID: "o-1"}, append([]events.Option{events.Tenant(tenant), events.TimeSkipping()}, s.options...)...)
	require.NoError(t, err)
	if s.envelope != nil {
		s.envelope(&env)
	}
	publisher, log := workflows.NewPublisher(c, config), workflows.NewLog(c, config)
	if s.wait {
		_, _, err = publisher.PublishAndWait(t.Context(), env)
	} else {
		_, err = publisher.Publish(t.Context(), env)
	}
	require.NoError(t, err)
	if s.cancel {
		require.NoError(t, c.CancelWorkflow(t.Context(), workflows.WorkflowID(env.ID), ""))
	}
	story := settled(t, log, env.ID)
	if s.redrive {
		require.Equal(t, events.Failed, story.Status)
		_, err := publisher.Redrive(t.Context(), env.ID, workflows.RedriveOptions{Reason: "recorded"})
		require.NoError(t, err)
		story = settled(t, log, env.ID)
	}
	require.Equal(t, s.want, story.Status, "%+v", story)
	save(t, c, historyFile(s), story.WorkflowID, story.RunID)
	for _, l := range story.Listeners {
		if s.name == "emits-later" {
			child := settled(t, log, l.Emitted[0].EventID)
			save(t, c, filepath.Join("histories", release+"_delayed-emit.json"), child.WorkflowID, child.RunID)
		}
	}
}

func settled(t *testing.T, log *workflows.Log, eventID string) workflows.Story {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		story, err := log.Describe(ctx, eventID)
		if err == nil && (story.Status == events.Delivered || story.Status == events.Failed) {
			return story
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.FailNow(t, "the delivery does not settle", "%v\n%+v", err, story)
		}
	}
}

// save writes a history as the replayer reads it.
func save(t *testing.T, c client.Client, file, workflowID, runID string) {
	t.Helper()
	var history historypb.History
	iterator := c.GetWorkflowHistory(t.Context(), workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iterator.HasNext() {
		event, err := iterator.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	data, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&history)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(data, '\n'), 0o644))
	fmt.Fprintf(os.Stderr, "recorded %s, %d events\n", file, len(history.Events))
}
