package eventstest

import (
	"fmt"
	"slices"

	"github.com/herald-bus/herald/events"
)

// Published returns the events of type E in the order of publication, emitted and
// delayed ones included.
func Published[E events.Event](b *Bus) []E {
	b.t.Helper()
	var zero E
	t, known := b.registry.Type(zero.EventName())
	if !known {
		b.t.Fatalf("eventstest: the bus has no event type %s: give it the Types of its package", zero.EventName())
	}
	var published []E
	for _, env := range b.Envelopes() {
		if env.Type != t.Name() {
			continue
		}
		decoded, err := t.Decode(env)
		e, ok := decoded.(E)
		if err != nil || !ok {
			b.t.Fatalf("eventstest: event %s is no %T: %v", env.ID, zero, err)
		}
		published = append(published, e)
	}
	return published
}

// Envelopes returns all events in the order of publication, emitted and delayed
// ones included.
func (b *Bus) Envelopes() []events.Envelope {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	envelopes := make([]events.Envelope, len(b.published))
	for i, d := range b.published {
		env, err := d.decode()
		if err != nil {
			b.t.Fatalf("eventstest: %v", err)
		}
		envelopes[i] = env
	}
	return envelopes
}

// Outcomes returns what became of each listener of an event so far, in the order
// of delivery; nothing, if the event is unknown or its moment has not come.
func (b *Bus) Outcomes(id string) []events.Outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, known := b.deliveries[id]
	if !known {
		return nil
	}
	var outcomes []events.Outcome
	for _, s := range d.steps {
		o := s.Outcome
		o.Emitted = slices.Clone(o.Emitted)
		outcomes = append(outcomes, o)
	}
	return outcomes
}

// Status returns where the delivery of an event stands, or "" if it is unknown.
func (b *Bus) Status(id string) events.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, known := b.deliveries[id]
	if !known {
		return ""
	}
	return d.status(b.now)
}

// Redrive delivers a failed event again, to exactly the listeners that failed, and
// does what is due. Whatever else the event set in motion stands. It refuses an
// event that has not failed.
func (b *Bus) Redrive(id string) error {
	if err := b.rescheduleFailed(id); err != nil {
		return err
	}
	b.deliverDue()
	return nil
}

func (b *Bus) rescheduleFailed(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, known := b.deliveries[id]
	if !known {
		return fmt.Errorf("redrive: no event has the id %s", id)
	}
	if status := d.status(b.now); status != events.Failed {
		return fmt.Errorf("redrive: event %s is %s: only a failed delivery can be redriven", id, status)
	}
	for _, s := range d.steps {
		if s.Status == events.GaveUp {
			s.Status, s.attempt, s.notBefore = events.Pending, 0, b.now
		}
	}
	b.schedule(d, b.now)
	return nil
}
