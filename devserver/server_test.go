package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"
)

const taskQueue = "test"

// sleeper is a workflow that sleeps for a day.
func sleeper(ctx workflow.Context) (string, error) {
	if err := workflow.Sleep(ctx, 24*time.Hour); err != nil {
		return "", err
	}
	return "slept well", nil
}

func start(t *testing.T, change func(*Options)) *Server {
	t.Helper()

	o := defaultOptions()
	o.Port = freePort
	o.LogOutput = os.Stderr
	if change != nil {
		change(&o)
	}
	s, err := Start(t.Context(), o)
	require.NoError(t, err)
	return s
}

func stopAfter(t *testing.T, s *Server) {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, s.Stop(stopTimeout)) })
}

func dial(t *testing.T, address string) client.Client {
	t.Helper()

	c, err := client.Dial(client.Options{
		HostPort:          address,
		ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{grpc.WithUnaryInterceptor(skipTime)}},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// skipTime has the server skip the time that a workflow spends waiting.
func skipTime(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if req, ok := req.(*workflowservice.StartWorkflowExecutionRequest); ok {
		req.TimeSkippingConfig = &commonpb.TimeSkippingConfig{Enabled: true}
	}
	return invoke(ctx, method, req, reply, conn, opts...)
}

func work(t *testing.T, c client.Client) {
	t.Helper()

	w := worker.New(c, taskQueue, worker.Options{})
	w.RegisterWorkflowWithOptions(sleeper, workflow.RegisterOptions{Name: "sleeper"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

func startSleeper(t *testing.T, c client.Client, id string) client.WorkflowRun {
	t.Helper()

	r, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: taskQueue}, "sleeper")
	require.NoError(t, err)
	return r
}

func countWorkflows(t *testing.T, c client.Client) int64 {
	t.Helper()

	count, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{})
	require.NoError(t, err)
	return count.GetCount()
}

func TestSkipsTime(t *testing.T) {
	t.Parallel()

	s := start(t, func(o *Options) { o.Headless = true })
	stopAfter(t, s)
	c := dial(t, s.Ready().Address)
	work(t, c)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var result string
	require.NoError(t, startSleeper(t, c, "day").Get(ctx, &result))

	require.Equal(t, "slept well", result)
}

func TestRestartOnTheSameFile(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "temporal.db")
	onFile := func(o *Options) { o.DBFilename, o.Headless = file, true }

	first := start(t, onFile)
	startSleeper(t, dial(t, first.Ready().Address), "day")
	require.NoError(t, first.Stop(stopTimeout))

	second := start(t, onFile)
	stopAfter(t, second)
	c := dial(t, second.Ready().Address)
	work(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var result string
	require.NoError(t, c.GetWorkflow(ctx, "day", "").Get(ctx, &result))
	require.Equal(t, "slept well", result)
}

func TestServersInMemoryAreApart(t *testing.T) {
	t.Parallel()

	one, other := start(t, nil), start(t, nil)
	stopAfter(t, one)
	stopAfter(t, other)
	c := dial(t, one.Ready().Address)
	startSleeper(t, c, "day")

	require.Eventually(t, func() bool { return countWorkflows(t, c) == 1 }, 10*time.Second, pollInterval)
	require.Zero(t, countWorkflows(t, dial(t, other.Ready().Address)))
	require.NotEqual(t, one.Ready().UI, other.Ready().UI)
}

func TestSecondServerOnTheSamePort(t *testing.T) {
	t.Parallel()

	first := start(t, func(o *Options) { o.Headless = true })
	stopAfter(t, first)
	o := defaultOptions()
	o.Headless = true
	u, err := url.Parse("//" + first.Ready().Address)
	require.NoError(t, err)
	o.Port, err = strconv.Atoi(u.Port())
	require.NoError(t, err)

	_, err = Start(t.Context(), o)

	require.ErrorContains(t, err, "can't listen on port "+u.Port())
	require.ErrorContains(t, err, "--port")
}

func TestSearchAttributes(t *testing.T) {
	t.Parallel()

	tenant := temporal.NewSearchAttributeKeyKeyword("TenantId")
	failed := temporal.NewSearchAttributeKeyKeywordList("FailedListeners")
	s := start(t, func(o *Options) {
		o.Headless = true
		o.SearchAttributes["TenantId"] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	})
	stopAfter(t, s)
	c := dial(t, s.Ready().Address)

	// One attribute comes from an option, the other from a client, as a
	// worker's would.
	_, err := c.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace:        defaultNamespace,
		SearchAttributes: map[string]enumspb.IndexedValueType{"FailedListeners": enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST},
	})
	require.NoError(t, err)
	require.EventuallyWithT(t, func(collect *assert.CollectT) {
		_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
			ID: "tagged", TaskQueue: taskQueue,
			TypedSearchAttributes: temporal.NewSearchAttributes(tenant.ValueSet("acme"), failed.ValueSet([]string{"a", "b"})),
		}, "sleeper")
		require.NoError(collect, err)
	}, 10*time.Second, pollInterval)

	for _, query := range []string{`TenantId = "acme"`, `FailedListeners = "b"`, `TenantId IS NOT NULL`, `WorkflowType = "sleeper"`} {
		require.Eventually(t, func() bool {
			found, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Query: query})
			return err == nil && found.GetCount() == 1
		}, 10*time.Second, pollInterval, query)
	}
	found, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Query: `TenantId IS NULL`})
	require.NoError(t, err)
	require.Zero(t, found.GetCount())
}

func TestSearchAttributesOfAnExistingNamespace(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "temporal.db")
	with := func(kind enumspb.IndexedValueType) func(*Options) {
		return func(o *Options) {
			o.DBFilename, o.Headless = file, true
			if kind != 0 {
				o.SearchAttributes["TenantId"] = kind
			}
		}
	}
	require.NoError(t, start(t, with(0)).Stop(stopTimeout))

	s := start(t, with(enumspb.INDEXED_VALUE_TYPE_KEYWORD))
	listed, err := dial(t, s.Ready().Address).OperatorService().ListSearchAttributes(t.Context(),
		&operatorservice.ListSearchAttributesRequest{Namespace: defaultNamespace})
	require.NoError(t, err)
	require.Contains(t, listed.GetCustomAttributes(), "TenantId")
	require.NoError(t, s.Stop(stopTimeout))

	o := defaultOptions()
	o.Port = freePort
	with(enumspb.INDEXED_VALUE_TYPE_INT)(&o)
	_, err = Start(t.Context(), o)
	require.ErrorContains(t, err, "--search-attribute TenantId=Int: in namespace default it is already of type Keyword")
}
