package replay

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
)

// The events of the recorded deliveries belong to no domain, so that a domain can
// change without touching a history.
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

// unknownType is announced by nobody.
const unknownType = "order.forgotten"

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

// A scenario is one path through the delivery.
type scenario struct {
	name      string
	listeners func() []events.Listener
	// envelope changes the event that is published.
	envelope func(*events.Envelope)
	options  []events.Option
	// what happens to the delivery after it was published
	wait, cancel, redrive bool
	want                  events.Status
}

var errDown = errors.New("the vendor is down")

type reaction func(d events.Delivery[placed]) error

func on(name string, react reaction, options ...events.ListenerOption) events.Listener {
	return events.On(name, func(_ context.Context, d events.Delivery[placed]) error {
		if react == nil {
			return nil
		}
		return react(d)
	}, options...)
}

// failing fails the given number of times, over all attempts of one listener.
func failing(times int, err error) reaction {
	return func(events.Delivery[placed]) error {
		if times--; times >= 0 {
			return err
		}
		return nil
	}
}

func list(listeners ...events.Listener) func() []events.Listener {
	return func() []events.Listener { return listeners }
}

func emitting(options ...events.Option) reaction {
	return func(d events.Delivery[placed]) error {
		d.Emit(shipped{OrderID: d.Event.OrderID, Parcels: 2}, options...)
		d.Emit(shipped{OrderID: d.Event.OrderID, Parcels: 3})
		return nil
	}
}

var emits = events.Emits(shipped{})

var scenarios = []scenario{
	{name: "no-listener", listeners: list(), want: events.Delivered},
	{name: "sync-and-async", want: events.Delivered, listeners: list(
		on("billing.record", nil, events.Sync(), events.Priority(500)),
		on("audit.note", nil, events.Sync(), events.Priority(100)),
		on("billing.charge", nil, events.Priority(90)),
		on("billing.report", nil),
	)},
	{name: "ladder-to-success", want: events.Delivered, listeners: list(on("billing.charge", failing(2, errDown)), on("billing.report", nil))},
	{name: "gives-up", want: events.Failed, listeners: list(on("billing.charge", failing(9, errDown)), on("billing.record", nil, events.Sync()))},
	{name: "permanent", want: events.Failed, listeners: list(
		on("billing.charge", failing(1, events.Permanent(errDown))),
		on("billing.record", failing(1, events.Permanent(errDown)), events.Sync()),
	)},
	{name: "retry-after", want: events.Delivered, listeners: list(on("billing.charge", failing(1, events.RetryAfter(17*time.Minute, errDown))))},
	{name: "hand-over", want: events.Delivered, listeners: list(
		on("billing.record", failing(4, errDown), events.Sync(), events.Priority(500)),
		on("billing.next", nil, events.Sync()),
	)},
	{name: "hand-over-later", want: events.Delivered, listeners: list(on("billing.record", failing(1, events.RetryAfter(time.Hour, errDown)), events.Sync()))},
	{name: "emits", want: events.Delivered, listeners: list(
		on("shipping.ship", emitting(), emits, events.Sync()),
		on("shipping.label", emitting(), emits),
	)},
	{name: "emits-later", want: events.Delivered, listeners: list(on("shipping.ship", emitting(events.After(2*time.Hour)), emits))},
	{
		name: "loop-guard", want: events.Failed, envelope: func(e *events.Envelope) { e.Hops = events.MaxHops },
		listeners: list(on("shipping.ship", emitting(), emits)),
	},
	{name: "delayed", want: events.Delivered, options: []events.Option{events.After(48 * time.Hour)}, listeners: list(on("billing.charge", nil))},
	{name: "waited-for", want: events.Delivered, wait: true, listeners: list(on("billing.record", nil, events.Sync()), on("billing.charge", failing(1, errDown)))},
	{name: "cancelled", want: events.Failed, cancel: true, listeners: list(on("billing.charge", failing(9, errDown), events.Retry(events.RetryPolicy{
		InitialInterval: 24 * time.Hour, BackoffCoefficient: 1, MaximumAttempts: 3,
	})))},
	{name: "redriven", want: events.Delivered, redrive: true, listeners: list(
		on("billing.charge", failing(3, errDown)),
		on("billing.record", failing(1, events.Permanent(errDown)), events.Sync()),
		on("shipping.ship", emitting(), emits),
	)},
	{name: "unknown-type", want: events.Failed, envelope: func(e *events.Envelope) { e.Type = unknownType }, listeners: list()},
	{name: "upcast", want: events.Delivered, envelope: func(e *events.Envelope) {
		e.Type, e.Version, e.Data = "order.shipped", 1, []byte(`{"order_id":"o-1"}`)
	}, listeners: list(events.On("billing.charge", func(context.Context, events.Delivery[shipped]) error { return nil }))},
}
