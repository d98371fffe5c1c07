package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"time"
)

// A Listener is a named reaction to one type of event. Make one with [On], or
// with [OnEvery] for all types.
//
// The bus calls a listener at least once for every event that was planned while
// the listener was deployed. Calls may overlap, in one process or in several, and
// two events may arrive in any order. A listener therefore
//
//   - is safe for concurrent use;
//   - has its effect once per [Delivery.IdempotencyKey], however often it runs;
//   - returns when its context is done: nothing else can stop it;
//   - never assumes that another listener has succeeded. Those of a higher
//     [Priority] have had their turn, no more.
//
// Returning nil ends the delivery. An error has it tried again; wrap it with
// [Permanent] to give up at once or with [RetryAfter] to choose the moment.
//
// The name is part of the stored history, so renaming makes a new listener: keep
// the old name with [Formerly]. To remove a listener, first release it as
// [Retired], and delete it when nothing planned with it is under way.
type Listener struct {
	name     string
	event    string // an event type, or EveryType
	sync     bool
	retired  bool
	mayLoop  bool
	priority int
	timeout  time.Duration
	retry    *RetryPolicy
	emits    []string
	formerly []string
	types    []Type
	handle   func(ctx context.Context, data json.RawMessage, env Envelope, call call) error
	err      error
}

// EveryType is what [Listener.Event] returns for a listener to all event types.
const EveryType = "*"

// Timeouts of one attempt, unless [Timeout] says otherwise. A synchronous attempt
// runs inside a workflow task, whose own limit is 10 s by default.
const (
	DefaultTimeout     = 30 * time.Second
	DefaultSyncTimeout = 2 * time.Second
	MaxSyncTimeout     = 8 * time.Second
)

// A ListenerOption configures [On] and [OnEvery].
type ListenerOption func(*Listener)

// Sync has the listener run inside the event's first workflow task, one after
// another in order of priority. Sync listeners are quick and use the store only.
func Sync() ListenerOption { return func(l *Listener) { l.sync = true } }

// Priority orders the listeners of an event: the highest runs first. The default
// is 0. For an asynchronous listener it also becomes Temporal's task priority.
func Priority(n int) ListenerOption { return func(l *Listener) { l.priority = n } }

// Timeout limits one attempt.
func Timeout(d time.Duration) ListenerOption { return func(l *Listener) { l.timeout = d } }

// Retry replaces the default ladder of asynchronous attempts.
func Retry(p RetryPolicy) ListenerOption { return func(l *Listener) { l.retry = &p } }

// Emits declares the types of the events that the listener may emit, by their
// zero values. Emitting any other is a permanent error.
func Emits(examples ...Event) ListenerOption {
	return func(l *Listener) {
		for _, e := range examples {
			l.emits = append(l.emits, e.EventName())
			l.types = append(l.types, typeAlone(e))
		}
	}
}

// Formerly keeps earlier names of the listener alive for what was planned under
// them.
func Formerly(names ...string) ListenerOption {
	return func(l *Listener) { l.formerly = append(l.formerly, names...) }
}

// Retired keeps a listener for the deliveries that are under way, and out of the
// plans of new ones.
func Retired() ListenerOption { return func(l *Listener) { l.retired = true } }

// MayLoop marks a listener that emits the type it listens to as intended. The
// loop guard still ends the chain after [MaxHops].
func MayLoop() ListenerOption { return func(l *Listener) { l.mayLoop = true } }

// On returns the listener with the given name, "domain.imperative-kebab", to
// events of type E. What is wrong with it is reported by [NewRegistry].
func On[E Event](name string, handle func(ctx context.Context, d Delivery[E]) error, options ...ListenerOption) Listener {
	l := Listener{name: name}
	if goType := reflect.TypeFor[E](); goType.Kind() != reflect.Struct {
		l.err = fmt.Errorf("listener %s: it listens to %s; use the value type, a struct", name, goType)
		return l
	}
	var zero E
	l.event = zero.EventName()
	l.types = []Type{typeAlone(zero)}
	if handle != nil {
		l.handle = func(ctx context.Context, data json.RawMessage, env Envelope, c call) error {
			var event E
			if err := json.Unmarshal(data, &event); err != nil {
				return Permanent(fmt.Errorf("decode %s: %w", env.Type, err))
			}
			return handle(ctx, Delivery[E]{Meta: env.Meta, Event: event, call: c})
		}
	}
	return l.with(options)
}

// OnEvery returns a listener to the events of every type, as they were published.
func OnEvery(name string, handle func(ctx context.Context, d Delivery[Envelope]) error, options ...ListenerOption) Listener {
	l := Listener{name: name, event: EveryType}
	if handle != nil {
		l.handle = func(ctx context.Context, _ json.RawMessage, env Envelope, c call) error {
			return handle(ctx, Delivery[Envelope]{Meta: env.Meta, Event: env, call: c})
		}
	}
	return l.with(options)
}

func (l Listener) with(options []ListenerOption) Listener {
	for _, option := range options {
		option(&l)
	}
	if l.timeout == 0 {
		l.timeout = DefaultTimeout
		if l.sync {
			l.timeout = DefaultSyncTimeout
		}
	}
	return l
}

// Name returns the listener's name.
func (l Listener) Name() string { return l.name }

// Event returns the type listened to, or [EveryType].
func (l Listener) Event() string { return l.event }

// IsSync reports whether the listener is [Sync].
func (l Listener) IsSync() bool { return l.sync }

// IsRetired reports whether the listener is [Retired].
func (l Listener) IsRetired() bool { return l.retired }

// Priority returns the listener's [Priority].
func (l Listener) Priority() int { return l.priority }

// Timeout returns the limit of one attempt.
func (l Listener) Timeout() time.Duration { return l.timeout }

// RetryPolicy returns the listener's own ladder, if it has one.
func (l Listener) RetryPolicy() (RetryPolicy, bool) {
	if l.retry == nil {
		return RetryPolicy{}, false
	}
	return *l.retry, true
}

// Emits returns the names of the declared types, in the order of declaration.
func (l Listener) Emits() []string { return l.emits }

// Formerly returns the earlier names.
func (l Listener) Formerly() []string { return l.formerly }

// Types returns the event types that the listener listens to and emits, at their
// current version and without upcasters: enough to run it by itself in a test.
func (l Listener) Types() []Type { return l.types }

func typeAlone(e Event) Type {
	return Type{name: e.EventName(), version: versionOf(e), goType: reflect.TypeOf(e)}
}

var listenerName = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

const maxPriority = 1000

// validate reports what is wrong with the listener taken by itself.
func (l Listener) validate() error {
	errs := []error{l.err}
	complain := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("listener %s: "+format, append([]any{l.name}, args...)...))
		}
	}
	for _, name := range append([]string{l.name}, l.formerly...) {
		complain(!listenerName.MatchString(name), "name %q must be domain.imperative-kebab", name)
	}
	if l.err != nil {
		return errors.Join(errs...)
	}
	complain(l.handle == nil, "it has no function")
	complain(l.timeout < 0, "timeout %s must be positive", l.timeout)
	complain(l.sync && l.timeout > MaxSyncTimeout, "timeout %s is over %s, the most for a sync listener", l.timeout, MaxSyncTimeout)
	complain(l.priority < -maxPriority || l.priority > maxPriority, "priority %d must be from %d to %d", l.priority, -maxPriority, maxPriority)
	if l.retry != nil {
		if err := l.retry.Validate(); err != nil {
			complain(true, "retry policy: %v", err)
		}
	}
	return errors.Join(errs...)
}
