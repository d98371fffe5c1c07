package events_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

func names(listeners []events.Listener) []string {
	var all []string
	for _, l := range listeners {
		all = append(all, l.Name())
	}
	return all
}

func TestRegistryRefusesListeners(t *testing.T) {
	t.Parallel()

	pointer := events.On("shop.pack", func(context.Context, events.Delivery[*placed]) error { return nil })
	unregistered := events.On("shop.count", func(context.Context, events.Delivery[invoiced]) error { return nil })
	for _, tt := range []struct {
		name      string
		listeners []events.Listener
		message   string
	}{
		{"a name that is none", []events.Listener{nop("Pack")}, `listener Pack: name "Pack" must be domain.imperative-kebab`},
		{"a former name that is none", []events.Listener{nop("shop.pack", events.Formerly("pack it"))}, `listener shop.pack: name "pack it" must be domain.imperative-kebab`},
		{"a pointer", []events.Listener{pointer}, "listener shop.pack: it listens to *events_test.placed; use the value type, a struct"},
		{"no function", []events.Listener{events.On[placed]("shop.pack", nil)}, "listener shop.pack: it has no function"},
		{"no function to every type", []events.Listener{events.OnEvery("shop.pack", nil)}, "listener shop.pack: it has no function"},
		{"a negative timeout", []events.Listener{nop("shop.pack", events.Timeout(-time.Second))}, "listener shop.pack: timeout -1s must be positive"},
		{"a long timeout of a sync one", []events.Listener{nop("shop.pack", events.Sync(), events.Timeout(9*time.Second))}, "listener shop.pack: timeout 9s is over 8s, the most for a sync listener"},
		{"too high a priority", []events.Listener{nop("shop.pack", events.Priority(1001))}, "listener shop.pack: priority 1001 must be from -1000 to 1000"},
		{"too low a priority", []events.Listener{nop("shop.pack", events.Priority(-1001))}, "priority -1001 must be from -1000 to 1000"},
		{"a bad retry policy", []events.Listener{nop("shop.pack", events.Retry(events.RetryPolicy{}))}, "listener shop.pack: retry policy: initial interval 0s must be positive"},
		{"an unknown type", []events.Listener{unregistered}, "listener shop.count listens to the unknown event type invoice.issued"},
		{"an unknown emitted type, with a suggestion", []events.Listener{nop("shop.pack", events.Emits(misspelt{}))}, "listener shop.pack emits the unknown event type order.pakced; did you mean order.packed?"},
		{"a loop", []events.Listener{nop("shop.pack", events.Emits(placed{}))}, "listener shop.pack emits order.placed, to which it listens: an endless loop; mark it MayLoop if it ends by itself"},
		{"a loop over every type", []events.Listener{nopEvery("shop.note", events.Emits(packed{}))}, "listener shop.note emits order.packed, to which it listens: an endless loop"},
		{"two of one name", []events.Listener{nop("shop.pack"), nop("shop.pack")}, "two listeners of order.placed are named shop.pack"},
		{"a former name that is taken", []events.Listener{nop("shop.pack"), nop("shop.wrap", events.Formerly("shop.pack"))}, "two listeners of order.placed are named shop.pack"},
		{"the name of a retired one", []events.Listener{nop("shop.pack"), nop("shop.pack", events.Retired())}, "two listeners of order.placed are named shop.pack"},
		{"the name of one to every type", []events.Listener{nop("shop.pack"), nopEvery("shop.pack")}, "two listeners of order.placed are named shop.pack"},
		{"too many", many(events.MaxListeners + 1), "order.placed has 101 listeners, at most 100 are taken"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			_, err := events.NewRegistry(types, tt.listeners)

			require.ErrorContains(t, err, tt.message)
		})
	}
}

func many(n int, options ...events.ListenerOption) []events.Listener {
	listeners := make([]events.Listener, n)
	for i := range listeners {
		listeners[i] = nop(fmt.Sprintf("shop.note-%d", i), options...)
	}
	return listeners
}

type misspelt struct{ packed }

func (misspelt) EventName() string { return "order.pakced" }

func TestRegistryNamesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()

	_, err := events.NewRegistry(types, []events.Listener{nop("Pack"), nop("shop.pack", events.Priority(2000))})

	require.ErrorContains(t, err, "listener Pack")
	require.ErrorContains(t, err, "priority 2000")
}

func TestRegistryTakes(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name      string
		listeners []events.Listener
	}{
		{"a loop that is meant", []events.Listener{nop("shop.pack", events.Emits(placed{}), events.MayLoop())}},
		{"as many as there may be, and retired ones", append(many(events.MaxListeners), nop("shop.old", events.Retired()))},
		{"the longest timeout of a sync one", []events.Listener{nop("shop.pack", events.Sync(), events.Timeout(events.MaxSyncTimeout))}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			registry(t, tt.listeners...)
		})
	}
}

func TestRegistryOrdersListenersHoweverTheyCome(t *testing.T) {
	t.Parallel()

	listeners := []events.Listener{
		nop("shop.a-last", events.Priority(-5)), nop("shop.b"), nop("shop.a"), nop("shop.z-first", events.Priority(90)),
		nop("shop.sync-low", events.Sync(), events.Priority(-90)), nop("shop.sync", events.Sync()),
		nopEvery("audit.record", events.Priority(1)), nopEvery("audit.count", events.Sync(), events.Priority(1)),
		nop("shop.gone", events.Retired(), events.Priority(99)),
	}
	for range 10 {
		rand.Shuffle(len(listeners), func(i, j int) { listeners[i], listeners[j] = listeners[j], listeners[i] })

		r := registry(t, listeners...)

		require.Equal(t, []string{"audit.count", "shop.sync", "shop.sync-low", "shop.z-first", "audit.record", "shop.a", "shop.b", "shop.a-last"}, names(r.Listeners("order.placed")))
		require.Equal(t, []string{"audit.count", "audit.record"}, names(r.Listeners("order.packed")))
		require.Empty(t, r.Listeners("call.started"))
	}
}

func TestRegistryFindsListenersByEveryName(t *testing.T) {
	t.Parallel()

	r := registry(t,
		nop("shop.wrap", events.Formerly("shop.pack", "shop.box")),
		nop("shop.gone", events.Retired()),
		nopEvery("audit.record"),
	)

	for _, tt := range []struct{ name, eventType, found string }{
		{"shop.wrap", "order.placed", "shop.wrap"},
		{"shop.box", "order.placed", "shop.wrap"},
		{"shop.gone", "order.placed", "shop.gone"},
		{"shop.wrap", "order.packed", ""},
		{"shop.wrap", "call.started", ""},
		{"audit.record", "order.packed", "audit.record"},
		{"audit.record", "call.started", "audit.record"},
	} {
		l, ok := r.Find(tt.name, tt.eventType)

		require.Equal(t, tt.found != "", ok, tt)
		require.Equal(t, tt.found, l.Name(), tt)
	}
	require.Equal(t, []string{"audit.record", "shop.box", "shop.gone", "shop.pack", "shop.wrap"}, r.Names())
}

func TestListenerTellsWhatItWasMadeOf(t *testing.T) {
	t.Parallel()

	policy := events.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 1, MaximumAttempts: 9}
	l := nop("shop.pack", events.Sync(), events.Priority(7), events.Retry(policy), events.Emits(packed{}, shipped{}), events.Formerly("shop.box"), events.Retired())
	every := nopEvery("audit.record", events.Timeout(time.Minute))

	require.Equal(t, "order.placed", l.Event())
	require.Equal(t, events.EveryType, every.Event())
	require.True(t, l.IsSync())
	require.True(t, l.IsRetired())
	require.Equal(t, 7, l.Priority())
	require.Equal(t, events.DefaultSyncTimeout, l.Timeout())
	require.Equal(t, events.DefaultTimeout, nop("shop.pack").Timeout())
	require.Equal(t, time.Minute, every.Timeout())
	require.Equal(t, []string{"order.packed", "order.shipped"}, l.Emits())
	require.Equal(t, []string{"shop.box"}, l.Formerly())
	own, ok := l.RetryPolicy()
	require.True(t, ok)
	require.Equal(t, policy, own)
	_, ok = every.RetryPolicy()
	require.False(t, ok)
}

func TestListenerNamesItsTypesForARegistryOfItsOwn(t *testing.T) {
	t.Parallel()

	l := nop("shop.pack", events.Emits(shipped{}))

	r, err := events.NewRegistry(l.Types(), []events.Listener{l})

	require.NoError(t, err)
	require.Equal(t, []string{"order.placed", "order.shipped"}, r.TypeNames())
	alone, _ := r.Type("order.shipped")
	require.Equal(t, shippedType.Version(), alone.Version())
	require.Equal(t, shippedType.GoType(), alone.GoType())
}

func TestRegistryChecksEventsFromOutside(t *testing.T) {
	t.Parallel()

	r := registry(t)
	check := func(text string) (events.Envelope, error) {
		return r.Check(decode(t, `{"specversion":"1.0",`+text+`}`))
	}

	env, err := check(`"type":"order.shipped","data":{"order_id":"o1","address":["here"],"carrier":"bike"}`)
	require.NoError(t, err)
	require.Equal(t, 3, env.Version)
	require.Equal(t, "o1", env.Subject)

	env, err = check(`"type":"order.shipped","dataschema":"urn:herald:schema:order.shipped:1","subject":"o1","data":{"order_id":"o1","address":"here"}`)
	require.NoError(t, err)
	require.Equal(t, 1, env.Version)

	_, err = check(`"type":"order.shiped","data":{}`)
	require.ErrorIs(t, err, events.ErrUnknownType)
	require.ErrorContains(t, err, `"order.shiped"; did you mean order.shipped?`)

	_, err = check(`"type":"weather.changed","data":{}`)
	require.ErrorContains(t, err, "; known are order.packed, order.placed, order.shipped")

	_, err = check(`"type":"order.packed","data":{}`)
	require.EqualError(t, err, "data of order.packed: order_id is missing: it is required (text)")

	_, err = check(`"type":"order.packed","subject":"o2","data":{"order_id":"o1"}`)
	require.ErrorContains(t, err, `subject "o2" is not the id`)
}
