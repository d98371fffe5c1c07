package eventstest

import (
	"fmt"
	"strings"
	"time"

	"github.com/herald-bus/herald/events"
)

// Tenant is the tenant of [Deliver] and [RunTwice], unless an option names one.
const Tenant = "7e57ab1e-0000-4000-8000-000000000001"

// Deliver calls one listener once with the event, as the bus would, and returns
// what it emitted, or its error. The listener's present moment is the event's
// own, or that of its delayed delivery: set it with [events.OccurredAt]. An event
// that can't be published, or that the listener doesn't listen to, ends the test.
func Deliver(t T, listener events.Listener, e events.Event, options ...events.Option) (emitted []events.Envelope, err error) {
	t.Helper()
	messages, err := newSolo(t, listener, e, options).run(t, 1)
	return envelopes(messages), err
}

// RunTwice calls the listener twice with one event, under the same idempotency
// key, as happens when the first call's result is lost. It ends the test if one of
// the calls fails or if they emit different events, and returns what was emitted.
// Whether the effect happened once is for the test to see.
func RunTwice(t T, listener events.Listener, e events.Event, options ...events.Option) []events.Envelope {
	t.Helper()
	solo := newSolo(t, listener, e, options)
	runs := make([][]message, 2)
	for i := range runs {
		var err error
		if runs[i], err = solo.run(t, i+1); err != nil {
			t.Fatalf("eventstest: call %d of %s: %v", i+1, listener.Name(), err)
		}
	}
	if first, second := show(runs[0]), show(runs[1]); first != second {
		t.Fatalf("eventstest: %s emits other events when it is called again\nfirst:%s\nsecond:%s", listener.Name(), first, second)
	}
	return envelopes(runs[0])
}

// solo is one listener alone with one event.
type solo struct {
	message
	listener events.Listener
	registry *events.Registry
	now      time.Time
}

func newSolo(t T, listener events.Listener, e events.Event, options []events.Option) solo {
	t.Helper()
	s := solo{listener: listener, registry: Registry(t, listener.Types(), listener)}
	if name := e.EventName(); listener.Event() != name && listener.Event() != events.EveryType {
		t.Fatalf("eventstest: %s listens to %s, not to %s", listener.Name(), listener.Event(), name)
	}
	env, err := events.Seal(e, append([]events.Option{orTenant(e)}, options...)...)
	if err == nil {
		s.message, err = messageOf(env)
	}
	if err != nil {
		t.Fatalf("eventstest: %v", err)
	}
	s.now = later(s.envelope.Time, s.envelope.DeliverAt)
	return s
}

// orTenant fills the tenant in that a sealed envelope may bring along.
func orTenant(e events.Event) events.Option {
	if env, sealed := e.(events.Envelope); sealed && env.TenantID != "" {
		return events.Tenant(env.TenantID)
	}
	return events.Tenant(Tenant)
}

func (s solo) run(t T, attempt int) ([]message, error) {
	t.Helper()
	return s.deliver(t.Context(), s.registry, s.listener.Name(), events.Run{Attempt: attempt, Now: s.now})
}

func envelopes(messages []message) []events.Envelope {
	var all []events.Envelope
	for _, m := range messages {
		all = append(all, m.envelope)
	}
	return all
}

func show(messages []message) string {
	var text strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&text, "\n  %s", m.wire)
	}
	return text.String()
}
