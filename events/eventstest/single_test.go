package eventstest_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventstest"
)

func TestDeliverReturnsWhatTheListenerEmits(t *testing.T) {
	t.Parallel()

	listener := events.On("shop.pack", func(_ context.Context, d events.Delivery[placed]) error {
		d.Emit(packed{OrderID: d.Event.OrderID}, events.At(d.Now().Add(time.Hour)))
		return nil
	}, events.Emits(packed{}))

	emitted, err := eventstest.Deliver(t, listener, placed{OrderID: "o1"}, events.OccurredAt(noon))

	require.NoError(t, err)
	require.Len(t, emitted, 1)
	require.Equal(t, "order.packed", emitted[0].Type)
	require.Equal(t, eventstest.Tenant, emitted[0].TenantID)
	require.Equal(t, noon.Add(time.Hour), emitted[0].DeliverAt)
}

func TestDeliverReturnsTheListenersError(t *testing.T) {
	t.Parallel()

	var c calls
	listener := c.listener("shop.fail", times(1, events.Permanent(errBusy)))

	emitted, err := eventstest.Deliver(t, listener, placed{OrderID: "o1"})

	require.ErrorIs(t, err, errBusy)
	require.True(t, events.IsPermanent(err))
	require.Empty(t, emitted)
	require.Len(t, c.lines, 1)
}

func TestDeliverTakesASealedEventAndAnyTypeForAListenerToAll(t *testing.T) {
	t.Parallel()

	env, err := events.Seal(packed{OrderID: "o1"}, events.Tenant(tenant))
	require.NoError(t, err)
	var seen events.Envelope
	listener := events.OnEvery("shop.note", func(_ context.Context, d events.Delivery[events.Envelope]) error {
		seen = d.Event
		return nil
	})

	_, err = eventstest.Deliver(t, listener, env)

	require.NoError(t, err)
	require.Equal(t, env, seen)
}

func TestDeliverEndsTheTestForAnotherEvent(t *testing.T) {
	t.Parallel()

	var c calls
	listener := c.listener("shop.note", nil)
	deliver := func(e events.Event) string {
		return fatalOf(t, func(t eventstest.T) { _, _ = eventstest.Deliver(t, listener, e) })
	}

	require.Equal(t, "eventstest: shop.note listens to order.placed, not to order.packed", deliver(packed{OrderID: "o1"}))
	require.Contains(t, deliver(placed{}), "subject is empty")
	require.Empty(t, c.lines)
}

func TestRunTwiceUsesOneIdempotencyKey(t *testing.T) {
	t.Parallel()

	keys := map[string]int{}
	listener := events.On("shop.pack", func(_ context.Context, d events.Delivery[placed]) error {
		keys[d.IdempotencyKey()]++
		d.Emit(packed{OrderID: d.Event.OrderID}, events.After(time.Hour))
		return nil
	}, events.Emits(packed{}))

	emitted := eventstest.RunTwice(t, listener, placed{OrderID: "o1"})

	require.Len(t, emitted, 1)
	require.Len(t, keys, 1)
	for _, n := range keys {
		require.Equal(t, 2, n)
	}
}

func TestRunTwiceEndsTheTest(t *testing.T) {
	t.Parallel()

	var c calls
	random := events.On("shop.pack", func(_ context.Context, d events.Delivery[placed]) error {
		d.Emit(packed{OrderID: uuid.NewString()})
		return nil
	}, events.Emits(packed{}))
	runTwice := func(listener events.Listener) string {
		return fatalOf(t, func(t eventstest.T) { eventstest.RunTwice(t, listener, placed{OrderID: "o1"}) })
	}

	require.Equal(t, "eventstest: call 2 of shop.once: busy", runTwice(c.listener("shop.once", []error{nil, errBusy})))
	require.Contains(t, runTwice(random), "shop.pack emits other events when it is called again")
}
