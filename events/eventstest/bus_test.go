package eventstest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventstest"
)

func TestPublishCallsListenersInOrder(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t,
		c.listener("shop.last", nil, events.Priority(-1)),
		c.listener("shop.async-b", nil),
		c.listener("shop.async-a", nil),
		c.listener("shop.first", nil, events.Priority(90)),
		c.listener("shop.sync-low", nil, events.Sync(), events.Priority(-1)),
		c.listener("shop.sync-high", nil, events.Sync()),
	)

	id := publish(t, bus)

	require.Equal(t, []string{
		"shop.sync-high #1 +0s", "shop.sync-low #1 +0s",
		"shop.first #1 +0s", "shop.async-a #1 +0s", "shop.async-b #1 +0s", "shop.last #1 +0s",
	}, c.lines)
	require.Equal(t, events.Delivered, bus.Status(id))
}

func TestPublishAnswersARepeatedIDWithTheFirstReceipt(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t, c.listener("shop.fail", times(1, events.Permanent(errBusy))))
	first, err := bus.Publish(t.Context(), placed{OrderID: "o1"}, events.Tenant(tenant))
	require.NoError(t, err)

	second, err := bus.Publish(t.Context(), packed{OrderID: "o2"}, events.Tenant(tenant), events.ID(first.EventID))

	require.NoError(t, err)
	require.False(t, first.Duplicate)
	require.Equal(t, events.Delivering, first.Status)
	first.Duplicate, first.Status = true, events.Failed
	require.Equal(t, first, second)
	require.Equal(t, "event/"+first.EventID, first.WorkflowID)
	require.Len(t, bus.Envelopes(), 1)
	require.Len(t, c.lines, 1)
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()

	bus := eventstest.NewBus(t, []events.Type{events.TypeOf[placed]()})
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	_, noTenant := bus.Publish(t.Context(), placed{OrderID: "o1"})
	_, unknown := bus.Publish(t.Context(), packed{OrderID: "o1"}, events.Tenant(tenant))
	_, tooLate := bus.Publish(ended, placed{OrderID: "o1"}, events.Tenant(tenant))

	require.ErrorContains(t, noTenant, "tenant_missing")
	require.ErrorIs(t, unknown, events.ErrUnknownType)
	require.ErrorIs(t, tooLate, context.Canceled)
	require.Empty(t, bus.Envelopes())
}

func TestClockGoesOnlyWithTheTest(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t, c.listener("shop.note", nil))
	ctx := t.Context()
	for _, publish := range []func() (events.Receipt, error){
		func() (events.Receipt, error) {
			return bus.PublishAfter(ctx, 2*time.Hour, placed{OrderID: "after"}, events.Tenant(tenant))
		},
		func() (events.Receipt, error) {
			return bus.PublishAt(ctx, noon.Add(time.Hour), placed{OrderID: "at"}, events.Tenant(tenant))
		},
		func() (events.Receipt, error) {
			return bus.PublishAt(ctx, noon.Add(-time.Hour), placed{OrderID: "past"}, events.Tenant(tenant))
		},
	} {
		_, err := publish()
		require.NoError(t, err)
	}
	after, at := bus.Envelopes()[0], bus.Envelopes()[1]

	require.Equal(t, []string{"shop.note #1 +0s"}, c.lines)
	require.Equal(t, noon, after.Time)
	require.Equal(t, noon.Add(2*time.Hour), after.DeliverAt)
	require.Equal(t, events.Scheduled, bus.Status(after.ID))
	require.Nil(t, bus.Outcomes(after.ID))

	bus.Advance(90 * time.Minute)
	require.Equal(t, noon.Add(90*time.Minute), bus.Now())
	require.Equal(t, events.Delivered, bus.Status(at.ID))
	require.Equal(t, events.Scheduled, bus.Status(after.ID))

	bus.Settle()
	require.Equal(t, noon.Add(2*time.Hour), bus.Now())
	require.Equal(t, []string{"shop.note #1 +0s", "shop.note #1 +1h0m0s", "shop.note #1 +2h0m0s"}, c.lines)
}

func TestStartsAtThePresent(t *testing.T) {
	t.Parallel()

	bus := eventstest.NewBus(t, types)

	require.WithinDuration(t, time.Now(), bus.Now(), time.Minute)
}

func TestPublishAndWaitReturnsTheOutcomesOfTheSyncListeners(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t,
		c.listener("shop.good", nil, events.Sync()),
		c.listener("shop.bad", times(1, events.Permanent(errBusy)), events.Sync()),
		c.listener("shop.busy", times(3, errBusy), events.Sync()),
		c.listener("shop.async", nil),
	)

	receipt, outcomes, err := bus.PublishAndWait(t.Context(), placed{OrderID: "o1"}, events.Tenant(tenant))

	require.NoError(t, err)
	require.Equal(t, []events.Outcome{
		{Listener: "shop.bad", Sync: true, Status: events.GaveUp, Attempts: 1, Error: "busy"},
		{Listener: "shop.busy", Sync: true, Status: events.HandedOver, Attempts: 3, Error: "busy"},
		{Listener: "shop.good", Sync: true, Status: events.Succeeded, Attempts: 1},
	}, outcomes)
	require.Equal(t, events.Failed, bus.Status(receipt.EventID), "the others have gone on")

	second, outcomes, err := bus.PublishAndWait(t.Context(), placed{OrderID: "o1"}, events.Tenant(tenant), events.ID(receipt.EventID))
	require.NoError(t, err)
	require.True(t, second.Duplicate)
	require.Equal(t, events.Succeeded, outcomes[1].Status)
}

func TestPublishAndWaitRefusesADelayedEvent(t *testing.T) {
	t.Parallel()

	bus := busAtNoon(t)

	_, _, err := bus.PublishAndWait(t.Context(), placed{OrderID: "o1"}, events.Tenant(tenant), events.After(time.Minute))

	require.ErrorContains(t, err, "publish it without waiting")
	require.Empty(t, bus.Envelopes())
}

func TestListenerMayPublishAndWait(t *testing.T) {
	t.Parallel()

	var c calls
	var bus *eventstest.Bus
	outer := events.On("shop.outer", func(ctx context.Context, d events.Delivery[packed]) error {
		_, outcomes, err := bus.PublishAndWait(ctx, placed{OrderID: d.Event.OrderID}, events.Tenant(d.TenantID))
		c.note("outer knows %d", len(outcomes))
		return err
	})
	bus = busAtNoon(t, outer, c.listener("shop.inner", nil, events.Sync()))

	_, err := bus.Publish(t.Context(), packed{OrderID: "o1"}, events.Tenant(tenant))

	require.NoError(t, err)
	require.Equal(t, []string{"shop.inner #1 +0s", "outer knows 1"}, c.lines)
}

func TestPublishAllYieldsAResultAnEvent(t *testing.T) {
	t.Parallel()

	bus := busAtNoon(t)
	stream := func(yield func(events.Event) bool) {
		_ = yield(placed{OrderID: "o1"}) && yield(placed{}) && yield(placed{OrderID: "o3"}) && yield(placed{OrderID: "o4"})
	}

	var errs []error
	for result := range bus.PublishAll(t.Context(), stream, 2, events.Tenant(tenant)) {
		errs = append(errs, result.Err)
		if len(errs) == 3 {
			break
		}
	}

	require.NoError(t, errs[0])
	require.ErrorContains(t, errs[1], "subject is empty")
	require.NoError(t, errs[2])
	require.Equal(t, []placed{{OrderID: "o1"}, {OrderID: "o3"}}, eventstest.Published[placed](bus))
}

func TestConcurrentPublishesAreAllDelivered(t *testing.T) {
	t.Parallel()

	const publishers = 50
	var c calls
	bus := busAtNoon(t, c.listener("shop.sync", nil, events.Sync()), c.listener("shop.async", nil))
	errs := make([]error, publishers)
	var group sync.WaitGroup
	for i := range publishers {
		group.Go(func() {
			var err error
			if i%2 == 0 {
				_, err = bus.Publish(t.Context(), placed{OrderID: fmt.Sprint(i)}, events.Tenant(tenant))
			} else {
				_, _, err = bus.PublishAndWait(t.Context(), placed{OrderID: fmt.Sprint(i)}, events.Tenant(tenant))
			}
			errs[i] = err
		})
	}

	group.Wait()

	require.NoError(t, errors.Join(errs...))
	require.Len(t, c.lines, 2*publishers)
	for _, env := range bus.Envelopes() {
		require.Equal(t, events.Delivered, bus.Status(env.ID))
	}
}

func TestNobodyCanChangeAnEvent(t *testing.T) {
	t.Parallel()

	var seen []string
	vandal := events.OnEvery("shop.vandal", func(_ context.Context, d events.Delivery[events.Envelope]) error {
		seen = append(seen, d.Metadata["note"]+string(d.Event.Data))
		d.Metadata["note"] = "broken"
		copy(d.Event.Data, `{"order_id":"xx"}`)
		return errBusy
	})
	bus := busAtNoon(t, vandal)

	publish(t, bus, events.Metadata("note", "whole"))
	bus.Envelopes()[0].Metadata["note"] = "broken"
	bus.Settle()

	require.Equal(t, []string{`whole{"order_id":"o1"}`, `whole{"order_id":"o1"}`, `whole{"order_id":"o1"}`}, seen)
	require.Equal(t, "whole", bus.Envelopes()[0].Metadata["note"])
}

func TestUnknownEventsHaveNoState(t *testing.T) {
	t.Parallel()

	bus := busAtNoon(t)

	require.Empty(t, bus.Status("nobody"))
	require.Nil(t, bus.Outcomes("nobody"))
}

func TestMistakesEndTheTest(t *testing.T) {
	t.Parallel()

	bad := events.On[placed]("no name", nil)

	require.Contains(t, fatalOf(t, func(t eventstest.T) { eventstest.NewBus(t, types, bad) }), "it has no function")
	require.Contains(t, fatalOf(t, func(t eventstest.T) { eventstest.Published[packed](eventstest.NewBus(t, nil)) }), "no event type order.packed")
	require.PanicsWithValue(t, "eventstest: listener no name: name \"no name\" must be domain.imperative-kebab\nlistener no name: it has no function",
		func() { eventstest.NewBus(eventstest.Must, types, bad) })
}
