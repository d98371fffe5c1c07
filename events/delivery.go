package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// A Delivery is one event on its way to one listener.
type Delivery[E Event] struct {
	Meta
	// Event is the event itself, upcast to the current version.
	Event E

	call call
}

// A Run is one attempt at a delivery.
type Run struct {
	// Attempt counts from 1.
	Attempt int
	// Now is when the attempt started: the server's clock, which may skip time.
	Now time.Time
}

// call is what one run of a listener knows of itself.
type call struct {
	listener string
	run      Run
	emit     func(e Event, options []Option)
}

// IdempotencyKey is the same whenever this event is delivered to this listener.
// Pass it on to vendors and to unique indexes.
func (d Delivery[E]) IdempotencyKey() string { return d.ID + "/" + d.call.listener }

// Listener returns the name under which the listener was planned.
func (d Delivery[E]) Listener() string { return d.call.listener }

// Attempt counts from 1.
func (d Delivery[E]) Attempt() int { return d.call.run.Attempt }

// Now returns when the attempt started. Listeners use it instead of time.Now.
func (d Delivery[E]) Now() time.Time { return d.call.run.Now }

// Emit announces a follow-up event. It is published once the listener has
// returned nil, exactly once, however often the listener runs: the order of the
// calls must be the same each time. Correlation, tenant and actor are inherited.
// An event that can't be emitted fails the delivery permanently.
func (d Delivery[E]) Emit(e Event, options ...Option) { d.call.emit(e, options) }

// Deliver runs the listener with the given name once for env, with upcasting,
// timeout and the capture of panics, and returns what it emitted, sealed. It is
// what the activities and the in-memory bus have in common.
func (r *Registry) Deliver(ctx context.Context, name string, env Envelope, run Run) (emitted []Envelope, err error) {
	l, ok := r.Find(name, env.Type)
	if !ok {
		return nil, fmt.Errorf("%w %s for %s: no such listener in this process; deploy it again, or keep it as Retired until its deliveries are done", ErrUnknownListener, name, env.Type)
	}
	data := env.Data
	if l.event != EveryType {
		if data, err = r.types[env.Type].Upcast(env); err != nil {
			return nil, err
		}
	}
	out := &outbox{registry: r, listener: l, planned: name, parent: env, run: run}
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	if err := l.run(ctx, data, env, call{listener: name, run: run, emit: out.add}); err != nil {
		return nil, err
	}
	if err := errors.Join(out.errs...); err != nil {
		return nil, Permanent(fmt.Errorf("emit: %w", err))
	}
	return out.sealed, nil
}

// run calls the listener's function and turns a panic into an error, which is
// tried again like any other.
func (l Listener) run(ctx context.Context, data json.RawMessage, env Envelope, c call) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return l.handle(ctx, data, env, c)
}

// outbox collects what a listener emits.
type outbox struct {
	registry *Registry
	listener Listener
	planned  string // the name in the plan, on which the derived ids depend
	parent   Envelope
	run      Run
	sealed   []Envelope
	bytes    int
	errs     []error
}

func (o *outbox) add(e Event, options []Option) {
	env, err := o.seal(e, options)
	if err != nil {
		o.errs = append(o.errs, err)
		return
	}
	o.bytes += env.size()
	o.sealed = append(o.sealed, env)
	switch {
	case len(o.sealed) == MaxEmitted+1:
		o.errs = append(o.errs, fmt.Errorf("more than %d events in one delivery", MaxEmitted))
	case o.bytes > MaxEmittedBytes && o.bytes-env.size() <= MaxEmittedBytes:
		o.errs = append(o.errs, fmt.Errorf("events of more than %d bytes in one delivery", MaxEmittedBytes))
	}
}

func (o *outbox) seal(e Event, options []Option) (Envelope, error) {
	name := e.EventName()
	if !slices.Contains(o.listener.emits, name) {
		return Envelope{}, fmt.Errorf("%s was not declared: add it to the Emits of %s", name, o.listener.name)
	}
	s, err := open(e)
	if err != nil {
		return Envelope{}, err
	}
	parent := o.parent
	s.Version = o.registry.types[name].Version()
	s.TenantID, s.Envelope.CausedBy, s.CorrelationID, s.TraceParent = parent.TenantID, parent.CausedBy, parent.CorrelationID, parent.TraceParent
	if parent.TimeSkipping() {
		TimeSkipping()(s)
	}
	for _, option := range options {
		option(s)
	}
	if s.TenantID != parent.TenantID && s.TenantID != SystemTenant {
		return Envelope{}, fmt.Errorf("%s for the tenant %s by a listener of the tenant %s: a listener emits for its own tenant", name, s.TenantID, parent.TenantID)
	}
	s.Envelope.ID = DerivedID(parent.ID, o.planned, len(o.sealed))
	s.Envelope.Source = ListenerSource(o.planned)
	s.CausationID = parent.ID
	s.Hops = parent.Hops + 1
	return s.seal(o.run.Now)
}

// ListenerSource returns the source of the events that a listener emits.
func ListenerSource(listener string) string { return "/herald/" + listener }
