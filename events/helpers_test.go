package events_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

const (
	tenant  = "0190a000-0000-7000-8000-0000000000aa"
	another = "0190a000-0000-7000-8000-0000000000bb"
	eventID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
)

var (
	errBusy = errors.New("busy")
	noon    = time.Date(2027, time.March, 30, 12, 0, 0, 0, time.UTC)
)

type placed struct {
	OrderID string `json:"order_id"`
	Note    string `json:"note,omitzero"`
}

func (placed) EventName() string     { return "order.placed" }
func (e placed) AggregateID() string { return e.OrderID }

type packed struct {
	OrderID string `json:"order_id"`
}

func (packed) EventName() string     { return "order.packed" }
func (e packed) AggregateID() string { return e.OrderID }

// shipped is at version 3: the address was a text, then a list of lines, then the
// carrier came.
type shipped struct {
	OrderID string   `json:"order_id"`
	Address []string `json:"address"`
	Carrier string   `json:"carrier"`
}

func (shipped) EventName() string     { return "order.shipped" }
func (shipped) EventVersion() int     { return 3 }
func (e shipped) AggregateID() string { return e.OrderID }

var shippedType = events.TypeOf[shipped](
	events.UpcastFrom(1, change(func(data map[string]any) error {
		data["address"] = []any{data["address"]}
		return nil
	})),
	events.UpcastFrom(2, change(func(data map[string]any) error {
		if data["address"] == nil {
			return errors.New("no address")
		}
		data["carrier"] = "unknown"
		return nil
	})),
)

func change(f func(data map[string]any) error) events.Upcaster {
	return func(data json.RawMessage) (json.RawMessage, error) {
		var object map[string]any
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, err
		}
		if err := f(object); err != nil {
			return nil, err
		}
		return json.Marshal(object)
	}
}

// types are all that the tests register.
var types = []events.Type{events.TypeOf[placed](), events.TypeOf[packed](), shippedType}

func registry(t *testing.T, listeners ...events.Listener) *events.Registry {
	t.Helper()
	r, err := events.NewRegistry(types, listeners)
	require.NoError(t, err)
	return r
}

// nop is a listener to placed that does nothing.
func nop(name string, options ...events.ListenerOption) events.Listener {
	return events.On(name, func(context.Context, events.Delivery[placed]) error { return nil }, options...)
}

func nopEvery(name string, options ...events.ListenerOption) events.Listener {
	return events.OnEvery(name, func(context.Context, events.Delivery[events.Envelope]) error { return nil }, options...)
}

func seal(t *testing.T, e events.Event, options ...events.Option) events.Envelope {
	t.Helper()
	env, err := events.SealAt(noon, e, append([]events.Option{events.Tenant(tenant)}, options...)...)
	require.NoError(t, err)
	return env
}

// full is an envelope with every attribute set.
func full(t *testing.T) events.Envelope {
	t.Helper()
	env := seal(t, placed{OrderID: "o1", Note: "<quick> & \"dirty\" \u2028"},
		events.ID(eventID), events.Source("/shop"), events.Correlation("trip-7"), events.CausedBy("staff:7"),
		events.OccurredAt(noon.Add(123456*time.Microsecond)), events.At(noon.Add(time.Hour)), events.Metadata("note", "b"), events.Metadata("batch", "a"))
	env.CausationID, env.Hops, env.Version = another, 3, 2
	env.TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	return env
}

func encode(t *testing.T, v any) string {
	t.Helper()
	encoded, err := json.Marshal(v)
	require.NoError(t, err)
	return string(encoded)
}

func decode(t *testing.T, text string) events.Envelope {
	t.Helper()
	var env events.Envelope
	require.NoError(t, json.Unmarshal([]byte(text), &env))
	return env
}

// madeAt returns a UUIDv7 of the given instant.
func madeAt(t *testing.T, made time.Time) string {
	t.Helper()
	env, err := events.SealAt(made, placed{OrderID: "o1"}, events.Tenant(tenant))
	require.NoError(t, err)
	require.Equal(t, uuid.Version(7), uuid.MustParse(env.ID).Version())
	return env.ID
}
