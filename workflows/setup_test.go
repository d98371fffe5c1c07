package workflows_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

const tenant = "0b5c1e9e-3a3f-5d0c-9d5f-6f0f4a7c2f11"

// placed and shipped are events of a business that has nothing to do with ours.
type placed struct {
	OrderID string `json:"order_id"`
}

func (placed) EventName() string     { return "order.placed" }
func (p placed) AggregateID() string { return p.OrderID }

type shipped struct {
	OrderID string `json:"order_id"`
	Parcels int    `json:"parcels"`
}

func (shipped) EventName() string     { return "order.shipped" }
func (s shipped) AggregateID() string { return s.OrderID }
func (shipped) EventVersion() int     { return 2 }

var testTypes = []events.Type{
	events.TypeOf[placed](),
	events.TypeOf[shipped](events.UpcastFrom(1, func(data json.RawMessage) (json.RawMessage, error) {
		var fields map[string]any
		if err := json.Unmarshal(data, &fields); err != nil {
			return nil, err
		}
		fields["parcels"] = 1
		return json.Marshal(fields)
	})),
}

// journal records the runs of listeners, in order, with the workflow's time.
type journal struct {
	now     func() time.Time
	mu      sync.Mutex
	entries []entry
}

type entry struct {
	Listener string
	Attempt  int
	At       time.Time
	Key      string
}

func (j *journal) names() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var names []string
	for _, e := range j.entries {
		names = append(names, e.Listener)
	}
	return names
}

func (j *journal) of(listener string) []entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	var found []entry
	for _, e := range j.entries {
		if e.Listener == listener {
			found = append(found, e)
		}
	}
	return found
}

// world is a test environment whose listeners write to a journal.
type world struct {
	*journal
	env *testsuite.TestWorkflowEnvironment
}

// on makes a listener to placed that writes to the journal and then does what
// react says.
func (j *journal) on(name string, react func(d events.Delivery[placed]) error, options ...events.ListenerOption) events.Listener {
	return events.On(name, func(_ context.Context, d events.Delivery[placed]) error {
		j.mu.Lock()
		j.entries = append(j.entries, entry{d.Listener(), d.Attempt(), j.now(), d.IdempotencyKey()})
		j.mu.Unlock()
		if react == nil {
			return nil
		}
		return react(d)
	}, options...)
}

func newWorld(t *testing.T, j *journal, listeners ...events.Listener) *world {
	t.Helper()
	registry, err := events.NewRegistry(testTypes, listeners)
	require.NoError(t, err)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	j.now = env.Now
	workflows.Register(env, registry.TypeNames())
	activities.New(registry, events.DefaultRetry(), slog.New(slog.DiscardHandler)).Register(env)
	return &world{journal: j, env: env}
}

func seal(t *testing.T, e events.Event, options ...events.Option) events.Envelope {
	t.Helper()
	env, err := events.Seal(e, append([]events.Option{events.Tenant(tenant)}, options...)...)
	require.NoError(t, err)
	return env
}

// deliver runs the delivery of env to its end.
func (w *world) deliver(env events.Envelope, redrive workflows.Redrive) (workflows.Report, error) {
	w.env.ExecuteWorkflow(env.Type, env, redrive)
	if err := w.env.GetWorkflowError(); err != nil {
		return workflows.Report{}, err
	}
	var report workflows.Report
	return report, w.env.GetWorkflowResult(&report)
}

// gaps returns the times between the attempts of a listener.
func (w *world) gaps(listener string) []time.Duration {
	var gaps []time.Duration
	attempts := w.of(listener)
	for i := 1; i < len(attempts); i++ {
		gaps = append(gaps, attempts[i].At.Sub(attempts[i-1].At).Round(time.Second))
	}
	return gaps
}
