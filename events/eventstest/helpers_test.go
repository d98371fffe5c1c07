package eventstest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventstest"
)

const tenant = "0190a000-0000-7000-8000-0000000000aa"

type placed struct {
	OrderID string `json:"order_id"`
	Size    int    `json:"size,omitzero"`
}

func (placed) EventName() string     { return "order.placed" }
func (e placed) AggregateID() string { return e.OrderID }

type packed struct {
	OrderID string `json:"order_id"`
}

func (packed) EventName() string     { return "order.packed" }
func (e packed) AggregateID() string { return e.OrderID }

var types = []events.Type{events.TypeOf[placed](), events.TypeOf[packed]()}

var (
	errBusy = errors.New("busy")
	noon    = time.Date(2027, time.March, 30, 12, 0, 0, 0, time.UTC)
)

// calls notes who was called when.
type calls struct {
	mu    sync.Mutex
	lines []string
}

func (c *calls) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

// listener notes its calls, with attempt and time since noon, and answers with the
// given errors one after another, then with success.
func (c *calls) listener(name string, answers []error, options ...events.ListenerOption) events.Listener {
	var mu sync.Mutex
	return events.On(name, func(_ context.Context, d events.Delivery[placed]) error {
		c.note("%s #%d +%s", d.Listener(), d.Attempt(), d.Now().Sub(noon))
		mu.Lock()
		defer mu.Unlock()
		if len(answers) == 0 {
			return nil
		}
		err := answers[0]
		answers = answers[1:]
		return err
	}, options...)
}

func times(n int, err error) []error {
	answers := make([]error, n)
	for i := range answers {
		answers[i] = err
	}
	return answers
}

// busAtNoon has its clock at noon.
func busAtNoon(t *testing.T, listeners ...events.Listener) *eventstest.Bus {
	t.Helper()
	return eventstest.FromRegistry(t, eventstest.Registry(t, types, listeners...), eventstest.StartAt(noon))
}

func publish(t *testing.T, bus *eventstest.Bus, options ...events.Option) string {
	t.Helper()
	receipt, err := bus.Publish(t.Context(), placed{OrderID: "o1"}, append([]events.Option{events.Tenant(tenant)}, options...)...)
	require.NoError(t, err)
	return receipt.EventID
}

// fatal is a T that remembers how the test was ended.
type fatal struct {
	*testing.T
	text string
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// fatalOf returns the message with which the function ends its test.
func fatalOf(t *testing.T, do func(t eventstest.T)) string {
	t.Helper()
	f := &fatal{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(f)
	}()
	<-done
	return f.text
}
