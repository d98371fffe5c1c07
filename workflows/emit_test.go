package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

// children records the child workflows that start, with their time.
func (w *world) children(t *testing.T) func() []child {
	t.Helper()
	var started []child
	w.env.SetOnChildWorkflowStartedListener(func(info *workflow.Info, _ workflow.Context, args converter.EncodedValues) {
		var env events.Envelope
		if err := args.Get(&env); err != nil {
			t.Error(err)
		}
		started = append(started, child{info.WorkflowExecution.ID, info.ParentWorkflowExecution.ID, env, w.env.Now()})
	})
	return func() []child { return started }
}

type child struct {
	id, parent string
	env        events.Envelope
	at         time.Time
}

func TestEmittedEventsBecomeChildrenOnce(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j,
		j.on("shipping.ship", func(d events.Delivery[placed]) error {
			d.Emit(shipped{OrderID: d.Event.OrderID, Parcels: 2})
			d.Emit(shipped{OrderID: d.Event.OrderID, Parcels: 3})
			if d.Attempt() < 3 {
				return errors.New("the pen broke")
			}
			return nil
		}, events.Emits(shipped{})),
	)
	started := w.children(t)
	env := seal(t, placed{"o-1"}, events.CausedBy("staff:7"))

	report, err := w.deliver(env, workflows.Redrive{})

	require.NoError(t, err)
	require.Len(t, started(), 2, "what a failed attempt emitted is forgotten")
	for position, c := range started() {
		id := events.DerivedID(env.ID, "shipping.ship", position)
		require.Equal(t, workflows.WorkflowID(id), c.id)
		require.Equal(t, id, report.Outcomes[0].Emitted[position])
		require.Equal(t, "order.shipped", c.env.Type)
		require.Equal(t, 2, c.env.Version)
		require.Equal(t, env.CorrelationID, c.env.CorrelationID)
		require.Equal(t, env.ID, c.env.CausationID)
		require.Equal(t, "staff:7", c.env.Meta.CausedBy)
		require.Equal(t, 1, c.env.Hops)
		require.Equal(t, tenant, c.env.TenantID)
	}
}

func TestASyncListenersEventStartsBeforeTheLadderEnds(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j,
		j.on("shipping.ship", func(d events.Delivery[placed]) error {
			d.Emit(shipped{OrderID: "o-1", Parcels: 1})
			return nil
		}, events.Sync(), events.Emits(shipped{})),
		j.on("billing.charge", until(3, errDown)),
	)
	started := w.children(t)
	start := w.env.Now()

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Less(t, started()[0].at.Sub(start), time.Minute)
}

func TestADelayedEmitWaits(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("shipping.ship", func(d events.Delivery[placed]) error {
		d.Emit(shipped{OrderID: "o-1", Parcels: 1}, events.After(2*time.Hour))
		return nil
	}, events.Emits(shipped{})))
	started := w.children(t)
	start := w.env.Now()

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.WithinDuration(t, start.Add(2*time.Hour), started()[0].env.DeliverAt, time.Second)
}

func TestAnUndeclaredEmitIsPermanent(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("shipping.ship", func(d events.Delivery[placed]) error {
		d.Emit(shipped{OrderID: "o-1"})
		return nil
	}))
	started := w.children(t)

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.ErrorContains(t, err, "order.shipped was not declared: add it to the Emits of shipping.ship")
	require.Len(t, w.names(), 1)
	require.Empty(t, started())
}

func TestTheLoopGuardEndsAChain(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("shipping.again", func(d events.Delivery[placed]) error {
		d.Emit(placed{OrderID: "o-1"})
		return nil
	}, events.Emits(placed{}), events.MayLoop()))
	started := w.children(t)
	env := seal(t, placed{"o-1"})
	env.Hops = events.MaxHops

	_, err := w.deliver(env, workflows.Redrive{})

	require.ErrorContains(t, err, "the loop guard refuses a causal chain of more than 16 events")
	require.Empty(t, started())
}
