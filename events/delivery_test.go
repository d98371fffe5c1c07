package events_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

var firstRun = events.Run{Attempt: 1, Now: noon.Add(time.Minute)}

// deliver runs the listener once, under its own name.
func deliver(t *testing.T, l events.Listener, env events.Envelope) ([]events.Envelope, error) {
	t.Helper()
	return registry(t, l).Deliver(t.Context(), l.Name(), env, firstRun)
}

// emitting is a listener to placed that may emit packed and shipped.
func emitting(emit func(d events.Delivery[placed]), options ...events.ListenerOption) events.Listener {
	return events.On("shop.pack", func(_ context.Context, d events.Delivery[placed]) error {
		emit(d)
		return nil
	}, append(options, events.Emits(packed{}, shipped{}))...)
}

func TestDeliverHandsOverEventAndRun(t *testing.T) {
	t.Parallel()

	env := full(t)
	env.Version = 1
	var got events.Delivery[placed]
	l := emitting(func(d events.Delivery[placed]) { got = d })

	emitted, err := registry(t, l).Deliver(t.Context(), "shop.pack", env, events.Run{Attempt: 2, Now: noon})

	require.NoError(t, err)
	require.Empty(t, emitted)
	require.Equal(t, env.Meta, got.Meta)
	require.Equal(t, placed{OrderID: "o1", Note: "<quick> & \"dirty\" \u2028"}, got.Event)
	require.Equal(t, "shop.pack", got.Listener())
	require.Equal(t, eventID+"/shop.pack", got.IdempotencyKey())
	require.Equal(t, 2, got.Attempt())
	require.Equal(t, noon, got.Now())
}

func TestDeliverUpcastsForTheListener(t *testing.T) {
	t.Parallel()

	var got shipped
	l := events.On("shop.track", func(_ context.Context, d events.Delivery[shipped]) error {
		got = d.Event
		return nil
	})
	env := seal(t, shipped{OrderID: "o1"})
	env.Version, env.Data = 1, json.RawMessage(`{"order_id":"o1","address":"here"}`)

	_, err := deliver(t, l, env)
	require.NoError(t, err)
	require.Equal(t, shipped{"o1", []string{"here"}, "unknown"}, got)

	env.Version = 4
	_, err = deliver(t, l, env)
	require.ErrorContains(t, err, "deploy a newer one")
	require.False(t, events.IsPermanent(err))
}

func TestDeliverGivesAListenerToEveryTypeWhatWasPublished(t *testing.T) {
	t.Parallel()

	env := seal(t, shipped{OrderID: "o1"})
	env.Version, env.Data = 1, json.RawMessage(`{"order_id":"o1","address":"here"}`)
	unknown := env
	unknown.Type, unknown.Version = "weather.changed", 9
	var got []events.Envelope
	l := events.OnEvery("audit.record", func(_ context.Context, d events.Delivery[events.Envelope]) error {
		got = append(got, d.Event)
		return nil
	})

	for _, e := range []events.Envelope{env, unknown} {
		_, err := deliver(t, l, e)
		require.NoError(t, err)
	}

	require.Equal(t, []events.Envelope{env, unknown}, got)
}

func TestDeliverFailsForAListenerThatNobodyKnows(t *testing.T) {
	t.Parallel()

	_, err := registry(t).Deliver(t.Context(), "shop.gone", seal(t, placed{OrderID: "o1"}), firstRun)

	require.ErrorIs(t, err, events.ErrUnknownListener)
	require.ErrorContains(t, err, "unknown listener shop.gone for order.placed: no such listener in this process")
	require.False(t, events.IsPermanent(err), "another worker may know it")
}

func TestDeliverFailsForGoodOnDataThatDoesNotFit(t *testing.T) {
	t.Parallel()

	env := seal(t, placed{OrderID: "o1"})
	env.Data = json.RawMessage(`{"order_id":7}`)

	_, err := deliver(t, nop("shop.pack"), env)

	require.ErrorContains(t, err, "decode order.placed: ")
	require.True(t, events.IsPermanent(err))
}

func TestDeliverLimitsTheTime(t *testing.T) {
	t.Parallel()

	l := events.On("shop.wait", func(ctx context.Context, _ events.Delivery[placed]) error {
		<-ctx.Done()
		return ctx.Err()
	}, events.Timeout(time.Millisecond))

	_, err := deliver(t, l, seal(t, placed{OrderID: "o1"}))

	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.False(t, events.IsPermanent(err))
}

func TestDeliverTurnsAPanicIntoAnError(t *testing.T) {
	t.Parallel()

	_, err := deliver(t, emitting(func(events.Delivery[placed]) { panic("out of paper") }), seal(t, placed{OrderID: "o1"}))

	require.ErrorContains(t, err, "panic: out of paper\n")
	require.ErrorContains(t, err, "delivery_test.go", "the stack is in it")
	require.False(t, events.IsPermanent(err))
}

func TestDeliverDropsWhatAFailedListenerEmitted(t *testing.T) {
	t.Parallel()

	l := events.On("shop.pack", func(_ context.Context, d events.Delivery[placed]) error {
		d.Emit(packed{OrderID: "o1"})
		return errBusy
	}, events.Emits(packed{}))

	emitted, err := deliver(t, l, seal(t, placed{OrderID: "o1"}))

	require.ErrorIs(t, err, errBusy)
	require.Empty(t, emitted)
}

func TestEmittedEventsInheritFromTheirCause(t *testing.T) {
	t.Parallel()

	parent := full(t)
	parent.Version = 1
	parent.Metadata = map[string]string{"note": "b", "timeskipping": "true"}
	l := emitting(func(d events.Delivery[placed]) {
		d.Emit(packed{OrderID: "o1"})
		d.Emit(shipped{OrderID: "o2"}, events.CausedBy("staff:8"), events.Correlation("other"), events.After(time.Hour), events.Metadata("own", "x"),
			events.OccurredAt(noon), events.ID(another), events.Source("/elsewhere"))
	})

	emitted, err := deliver(t, l, parent)

	require.NoError(t, err)
	require.Equal(t, []events.Envelope{
		{Meta: events.Meta{
			ID: events.DerivedID(eventID, "shop.pack", 0), Source: "/herald/shop.pack", Type: "order.packed", Version: 1, Subject: "o1",
			AggregateType: "order", Time: firstRun.Now, CorrelationID: "trip-7", CausationID: eventID, CausedBy: "staff:7", TenantID: tenant,
			Hops: 4, TraceParent: parent.TraceParent, Metadata: map[string]string{"timeskipping": "true"},
		}, Data: json.RawMessage(`{"order_id":"o1"}`)},
		{Meta: events.Meta{
			ID: events.DerivedID(eventID, "shop.pack", 1), Source: "/herald/shop.pack", Type: "order.shipped", Version: 3, Subject: "o2",
			AggregateType: "order", Time: noon, CorrelationID: "other", CausationID: eventID, CausedBy: "staff:8", TenantID: tenant,
			Hops: 4, TraceParent: parent.TraceParent, DeliverAt: firstRun.Now.Add(time.Hour), Metadata: map[string]string{"own": "x", "timeskipping": "true"},
		}, Data: json.RawMessage(`{"order_id":"o2","address":null,"carrier":""}`)},
	}, emitted)
}

func TestEmittedIDsAreTheSameOnEveryRun(t *testing.T) {
	t.Parallel()

	env := seal(t, placed{OrderID: "o1"})
	pack := func(name string, options ...events.ListenerOption) events.Listener {
		return events.On(name, func(_ context.Context, d events.Delivery[placed]) error {
			d.Emit(packed{OrderID: "o1"})
			return nil
		}, append(options, events.Emits(packed{}))...)
	}
	run := func(l events.Listener, planned string, run events.Run) string {
		emitted, err := registry(t, l).Deliver(t.Context(), planned, env, run)
		require.NoError(t, err)
		return emitted[0].ID
	}

	first := run(pack("shop.pack"), "shop.pack", firstRun)

	require.Equal(t, first, run(pack("shop.pack"), "shop.pack", events.Run{Attempt: 2, Now: noon.Add(time.Hour)}))
	require.Equal(t, first, run(pack("shop.wrap", events.Formerly("shop.pack")), "shop.pack", firstRun), "under the name in the plan")
	require.NotEqual(t, first, run(pack("shop.wrap"), "shop.wrap", firstRun))
}

func TestEmitMayNameTheSystemTenant(t *testing.T) {
	t.Parallel()

	l := events.On("shop.tell", func(_ context.Context, d events.Delivery[placed]) error {
		d.Emit(noted{}, events.Tenant(events.SystemTenant))
		return nil
	}, events.Emits(noted{}))
	r, err := events.NewRegistry(l.Types(), []events.Listener{l})
	require.NoError(t, err)

	emitted, err := r.Deliver(t.Context(), l.Name(), seal(t, placed{OrderID: "o1"}), firstRun)

	require.NoError(t, err)
	require.Equal(t, events.SystemTenant, emitted[0].TenantID)
}

type noted struct{}

func (noted) EventName() string   { return "audit.noted" }
func (noted) AggregateID() string { return "a1" }

func TestEmitFailsForGood(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name    string
		emit    func(d events.Delivery[placed])
		message string
	}{
		{"for a type that was not declared", func(d events.Delivery[placed]) { d.Emit(placed{OrderID: "o1"}) }, "emit: order.placed was not declared: add it to the Emits of shop.pack"},
		{"for a foreign tenant", func(d events.Delivery[placed]) { d.Emit(packed{OrderID: "o1"}, events.Tenant(another)) }, "emit: order.packed for the tenant " + another + " by a listener of the tenant " + tenant + ": a listener emits for its own tenant"},
		{"for the system's tenant where there must be one", func(d events.Delivery[placed]) { d.Emit(packed{OrderID: "o1"}, events.Tenant(events.SystemTenant)) }, "tenant_missing"},
		{"for an event that is no good", func(d events.Delivery[placed]) { d.Emit(packed{}) }, "event order.packed: subject is empty"},
		{"for an event that is too large", func(d events.Delivery[placed]) { d.Emit(packed{OrderID: strings.Repeat("x", events.MaxEventBytes)}) }, "at most 1048576 are taken"},
		{"for too many events", emitMany(events.MaxEmitted+1, 1), "emit: more than 100 events in one delivery"},
		{"for events that are too large together", emitMany(4, events.MaxEmittedBytes/4), "emit: events of more than 1572864 bytes in one delivery"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			emitted, err := deliver(t, emitting(tt.emit), seal(t, placed{OrderID: "o1"}))

			require.ErrorContains(t, err, tt.message)
			require.True(t, events.IsPermanent(err))
			require.Empty(t, emitted)
		})
	}
}

// emitMany emits n events whose address has the given size.
func emitMany(n, size int) func(d events.Delivery[placed]) {
	address := []string{strings.Repeat("x", size)}
	return func(d events.Delivery[placed]) {
		for i := range n {
			d.Emit(shipped{OrderID: fmt.Sprint(i), Address: address})
		}
	}
}

func TestEmitTakesAsManyAsThereMayBe(t *testing.T) {
	t.Parallel()

	emitted, err := deliver(t, emitting(emitMany(events.MaxEmitted, 1)), seal(t, placed{OrderID: "o1"}))

	require.NoError(t, err)
	require.Len(t, emitted, events.MaxEmitted)
}

func TestLoopGuardRefusesTheNextEvent(t *testing.T) {
	t.Parallel()

	env := seal(t, placed{OrderID: "o1"})
	emit := func(hops int) error {
		env.Hops = hops
		_, err := deliver(t, emitting(func(d events.Delivery[placed]) { d.Emit(packed{OrderID: "o1"}) }), env)
		return err
	}

	require.NoError(t, emit(events.MaxHops-1))
	require.ErrorContains(t, emit(events.MaxHops), "hops 17: the loop guard refuses")
	require.True(t, events.IsPermanent(emit(events.MaxHops)))
}
