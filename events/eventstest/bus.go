package eventstest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/herald-bus/herald/events"
)

// T is what this package needs of a [testing.TB].
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Context() context.Context
}

// Must stands in for a test where there is none, as in an example: a mistake
// panics.
var Must T = must{}

type must struct{}

func (must) Helper()                           {}
func (must) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (must) Context() context.Context          { return context.Background() }

// A Bus delivers events in memory, by a clock that only the test moves. It is safe
// for concurrent use: when several goroutines publish, one of them may deliver for
// all, and when the last one has returned everything due is done.
type Bus struct {
	t        T
	registry *events.Registry

	mu         sync.Mutex
	now        time.Time
	deliveries map[string]*delivery
	published  []*delivery // in the order of publication
	queue      queue
	delivering bool      // a goroutine works off the queue
	until      time.Time // up to this instant
}

var _ events.Publisher = (*Bus)(nil)

// An Option configures [FromRegistry].
type Option func(*Bus)

// StartAt sets the bus's clock. The default is the present instant.
func StartAt(now time.Time) Option {
	return func(b *Bus) { b.now = instant(now) }
}

// NewBus returns a bus with the given event types and listeners, in whatever order
// they come. What [events.NewRegistry] refuses ends the test.
func NewBus(t T, types []events.Type, listeners ...events.Listener) *Bus {
	t.Helper()
	return FromRegistry(t, Registry(t, types, listeners...))
}

// FromRegistry returns a bus for a registry that exists already, such as the one
// of a whole application.
func FromRegistry(t T, registry *events.Registry, options ...Option) *Bus {
	t.Helper()
	b := &Bus{t: t, registry: registry, now: instant(time.Now()), deliveries: map[string]*delivery{}}
	for _, option := range options {
		option(b)
	}
	return b
}

// Registry returns the registry of the given types and listeners, or ends the test
// with everything that is wrong with them.
func Registry(t T, types []events.Type, listeners ...events.Listener) *events.Registry {
	t.Helper()
	registry, err := events.NewRegistry(types, listeners)
	if err != nil {
		t.Fatalf("eventstest: %v", err)
	}
	return registry
}

// instant has the precision of the wire, so that an advance meets it exactly.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
