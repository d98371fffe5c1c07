package eventstest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventstest"
)

func TestAttempts(t *testing.T) {
	t.Parallel()

	soon := events.RetryAfter(5*time.Second, errBusy)
	own := events.Retry(events.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 3, MaximumAttempts: 3})
	for _, tt := range []struct {
		name    string
		answers []error
		options []events.ListenerOption
		calls   []string
		status  events.OutcomeStatus
	}{
		{
			"async fails for good after three attempts", times(3, errBusy), nil,
			[]string{"#1 +0s", "#2 +1m0s", "#3 +3m0s"},
			events.GaveUp,
		},
		{
			"async succeeds on its last attempt", times(2, errBusy), nil,
			[]string{"#1 +0s", "#2 +1m0s", "#3 +3m0s"},
			events.Succeeded,
		},
		{
			"async on a ladder of its own", times(3, errBusy),
			[]events.ListenerOption{own},
			[]string{"#1 +0s", "#2 +1s", "#3 +4s"},
			events.GaveUp,
		},
		{
			"async asks for a moment within the normal attempts",
			[]error{soon, errBusy, soon},
			nil,
			[]string{"#1 +0s", "#2 +5s", "#3 +2m5s"},
			events.GaveUp,
		},
		{
			"async permanent", times(1, events.Permanent(errBusy)), nil,
			[]string{"#1 +0s"},
			events.GaveUp,
		},
		{
			"sync succeeds on a quick attempt", times(2, errBusy),
			[]events.ListenerOption{events.Sync()},
			[]string{"#1 +0s", "#2 +0s", "#3 +0s"},
			events.Succeeded,
		},
		{
			"sync is handed over to its ladder", times(6, errBusy),
			[]events.ListenerOption{events.Sync(), own},
			[]string{"#1 +0s", "#2 +0s", "#3 +0s", "#1 +0s", "#2 +1s", "#3 +4s"},
			events.GaveUp,
		},
		{
			"sync asks for a moment and is handed over at once",
			[]error{soon, errBusy},
			[]events.ListenerOption{events.Sync()},
			[]string{"#1 +0s", "#1 +5s", "#2 +1m5s"},
			events.Succeeded,
		},
		{
			"sync permanent",
			[]error{errBusy, events.Permanent(errBusy)},
			[]events.ListenerOption{events.Sync()},
			[]string{"#1 +0s", "#2 +0s"},
			events.GaveUp,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			var c calls
			bus := busAtNoon(t, c.listener("shop.try", tt.answers, tt.options...))

			id := publish(t, bus)
			bus.Settle()

			for i := range tt.calls {
				tt.calls[i] = "shop.try " + tt.calls[i]
			}
			require.Equal(t, tt.calls, c.lines)
			require.Equal(t, tt.status, bus.Outcomes(id)[0].Status)
			require.Equal(t, len(tt.calls), bus.Outcomes(id)[0].Attempts)
		})
	}
}

func TestFailureKeepsTheEventFromNobody(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t,
		c.listener("shop.a", times(9, errBusy), events.Sync()),
		c.listener("shop.b", nil, events.Sync()),
		events.On("shop.c", func(context.Context, events.Delivery[placed]) error { panic("out of paper") }),
		c.listener("shop.d", nil),
	)

	id := publish(t, bus)
	require.Equal(t, events.Delivering, bus.Status(id))
	require.Equal(t, events.HandedOver, bus.Outcomes(id)[0].Status)
	require.Equal(t, events.Pending, bus.Outcomes(id)[2].Status)
	bus.Settle()

	require.Equal(t, events.Failed, bus.Status(id))
	require.Equal(t, []events.Outcome{
		{Listener: "shop.a", Sync: true, Status: events.GaveUp, Attempts: 6, Error: "busy"},
		{Listener: "shop.b", Sync: true, Status: events.Succeeded, Attempts: 1},
		{Listener: "shop.c", Status: events.GaveUp, Attempts: 3, Error: "panic: out of paper"},
		{Listener: "shop.d", Status: events.Succeeded, Attempts: 1},
	}, bus.Outcomes(id))
}

// pack emits a packed event, at once or later, after the given failures.
func pack(answers []error, options ...events.Option) events.Listener {
	return events.On("shop.pack", func(_ context.Context, d events.Delivery[placed]) error {
		d.Emit(packed{OrderID: d.Event.OrderID}, options...)
		if len(answers) > 0 {
			err := answers[0]
			answers = answers[1:]
			return err
		}
		return nil
	}, events.Emits(packed{}))
}

func TestEmittedEventsArePublishedOnSuccessOnly(t *testing.T) {
	t.Parallel()

	bus := busAtNoon(t, pack(times(1, errBusy)))

	id := publish(t, bus, events.Correlation("trip-7"))
	require.Empty(t, eventstest.Published[packed](bus))
	bus.Advance(time.Minute)

	require.Equal(t, []packed{{OrderID: "o1"}}, eventstest.Published[packed](bus))
	child := bus.Envelopes()[1]
	require.Equal(t, events.DerivedID(id, "shop.pack", 0), child.ID)
	require.Equal(t, []string{child.ID}, bus.Outcomes(id)[0].Emitted)
	require.Equal(t, id, child.CausationID)
	require.Equal(t, "trip-7", child.CorrelationID)
	require.Equal(t, noon.Add(time.Minute), child.Time)
	require.Equal(t, events.Delivered, bus.Status(child.ID))
}

func TestEmittedEventsArePublishedBeforeTheOthersAreDone(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t, pack(nil), c.listener("shop.z", times(1, errBusy)))

	id := publish(t, bus)

	require.Equal(t, events.Delivering, bus.Status(id))
	require.Len(t, eventstest.Published[packed](bus), 1)
}

func TestDelayedEmitsWaitForTheClock(t *testing.T) {
	t.Parallel()

	bus := busAtNoon(t, pack(nil, events.After(24*time.Hour)))

	id := publish(t, bus)
	child := bus.Outcomes(id)[0].Emitted[0]

	require.Equal(t, events.Delivered, bus.Status(id))
	require.Equal(t, events.Scheduled, bus.Status(child))
	bus.Advance(24 * time.Hour)
	require.Equal(t, events.Delivered, bus.Status(child))
}

func TestLoopEndsAtTheGuard(t *testing.T) {
	t.Parallel()

	loop := events.On("shop.loop", func(_ context.Context, d events.Delivery[placed]) error {
		d.Emit(d.Event, events.After(time.Hour))
		return nil
	}, events.Emits(placed{}), events.MayLoop())
	bus := busAtNoon(t, loop)

	publish(t, bus)
	bus.Settle()

	envelopes := bus.Envelopes()
	require.Len(t, envelopes, events.MaxHops+1)
	require.Contains(t, bus.Outcomes(envelopes[events.MaxHops].ID)[0].Error, "loop guard")
}

func TestRedriveRunsExactlyWhatFailed(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t,
		c.listener("shop.sync", times(1, events.Permanent(errBusy)), events.Sync()),
		c.listener("shop.good", nil),
		pack(times(3, errBusy)),
	)
	id := publish(t, bus)
	bus.Settle()
	require.Equal(t, events.Failed, bus.Status(id))
	require.Empty(t, eventstest.Published[packed](bus))

	require.NoError(t, bus.Redrive(id))

	require.Equal(t, []string{"shop.sync #1 +0s", "shop.good #1 +0s", "shop.sync #1 +3m0s"}, c.lines)
	require.Equal(t, events.Delivered, bus.Status(id))
	require.Equal(t, []events.Outcome{
		{Listener: "shop.sync", Sync: true, Status: events.Succeeded, Attempts: 2},
		{Listener: "shop.good", Status: events.Succeeded, Attempts: 1},
		{Listener: "shop.pack", Status: events.Succeeded, Attempts: 4, Emitted: []string{events.DerivedID(id, "shop.pack", 0)}},
	}, bus.Outcomes(id))
	require.ErrorContains(t, bus.Redrive(id), "is delivered: only a failed delivery can be redriven")
	require.ErrorContains(t, bus.Redrive("nobody"), "no event has the id nobody")
}

func TestRedriveHasALadderOfItsOwn(t *testing.T) {
	t.Parallel()

	var c calls
	bus := busAtNoon(t, c.listener("shop.bad", times(6, errBusy)))
	id := publish(t, bus)
	require.ErrorContains(t, bus.Redrive(id), "is delivering")
	bus.Settle()

	require.NoError(t, bus.Redrive(id))
	require.Equal(t, events.Delivering, bus.Status(id))
	bus.Settle()

	require.Equal(t, events.Failed, bus.Status(id))
	require.Equal(t, noon.Add(6*time.Minute), bus.Now())
	require.Equal(t, 6, bus.Outcomes(id)[0].Attempts)
}
