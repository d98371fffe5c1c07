package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

var errDown = errors.New("the vendor is down")

func always(err error) func(events.Delivery[placed]) error {
	return func(events.Delivery[placed]) error { return err }
}

// until fails before the given attempt.
func until(attempt int, err error) func(events.Delivery[placed]) error {
	return func(d events.Delivery[placed]) error {
		if d.Attempt() < attempt {
			return err
		}
		return nil
	}
}

func TestDeliversInOrderOfPriority(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j,
		j.on("billing.b-second", nil, events.Sync(), events.Priority(200)),
		j.on("billing.async-high", nil, events.Priority(900)),
		j.on("billing.a-second", nil, events.Sync(), events.Priority(200)),
		j.on("billing.first", nil, events.Sync(), events.Priority(500)),
	)

	report, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Equal(t, []string{"billing.first", "billing.a-second", "billing.b-second", "billing.async-high"}, w.names())
	require.Len(t, report.Outcomes, 4)
	for _, o := range report.Outcomes {
		require.Equal(t, events.Succeeded, o.Status)
		require.Equal(t, 1, o.Attempts)
	}
}

func TestRetriesAfterOneAndTwoMinutes(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("billing.charge", until(3, errDown)))

	report, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Equal(t, []time.Duration{time.Minute, 2 * time.Minute}, w.gaps("billing.charge"))
	require.Equal(t, 3, report.Outcomes[0].Attempts)
}

func TestGivesUpAfterThreeAttemptsAndNamesTheListener(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j,
		j.on("billing.charge", always(errDown), events.Priority(90)),
		j.on("billing.report", nil),
		j.on("billing.record", nil, events.Sync()),
	)

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	report := failedReport(t, err)
	require.ErrorContains(t, err, "1 of 3 listeners failed: billing.charge (3 attempts): the vendor is down")
	require.Len(t, w.of("billing.charge"), 3)
	require.Equal(t, events.Outcome{Listener: "billing.charge", Status: events.GaveUp, Attempts: 3, Error: "the vendor is down"}, report.Outcomes[1])
	require.Equal(t, events.Succeeded, report.Outcomes[0].Status, "a failure never stops the others")
	require.Equal(t, events.Succeeded, report.Outcomes[2].Status)
}

func TestAPermanentErrorIsNotRetried(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j,
		j.on("billing.charge", always(events.Permanent(errDown))),
		j.on("billing.record", always(events.Permanent(errDown)), events.Sync()),
	)

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	report := failedReport(t, err)
	require.Len(t, w.names(), 2)
	for _, o := range report.Outcomes {
		require.Equal(t, events.GaveUp, o.Status)
		require.Equal(t, 1, o.Attempts)
	}
}

func TestAListenerChoosesItsNextAttempt(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("billing.charge", until(2, events.RetryAfter(17*time.Minute, errDown))))

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Equal(t, []time.Duration{17 * time.Minute}, w.gaps("billing.charge"))
}

func TestAnOwnRetryPolicyReplacesTheLadder(t *testing.T) {
	t.Parallel()
	j := &journal{}
	policy := events.RetryPolicy{InitialInterval: 30 * time.Second, BackoffCoefficient: 3, MaximumInterval: time.Minute, MaximumAttempts: 4}
	w := newWorld(t, j, j.on("billing.charge", always(errDown), events.Retry(policy)))

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.Error(t, err)
	require.Equal(t, []time.Duration{30 * time.Second, time.Minute, time.Minute}, w.gaps("billing.charge"))
}

func TestASyncListenerIsHandedOverAfterThreeQuickAttempts(t *testing.T) {
	t.Parallel()
	j := &journal{}
	runs := 0
	w := newWorld(t, j,
		j.on("billing.record", func(events.Delivery[placed]) error {
			if runs++; runs < 5 {
				return errDown
			}
			return nil
		}, events.Sync(), events.Priority(500)),
		j.on("billing.next", nil, events.Sync(), events.Priority(400)),
	)

	report, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Equal(t, []string{"billing.record", "billing.record", "billing.record", "billing.next", "billing.record", "billing.record"}, w.names())
	require.Equal(t, events.Succeeded, report.Outcomes[0].Status)
	require.Equal(t, 5, report.Outcomes[0].Attempts)
	attempts := w.of("billing.record")
	require.Equal(t, time.Minute, attempts[4].At.Sub(attempts[3].At).Round(time.Second))
	require.Equal(t, attempts[0].Key, attempts[4].Key, "the idempotency key is that of the event and the listener")
}

func TestASyncListenerThatAsksForTimeIsHandedOverAtOnce(t *testing.T) {
	t.Parallel()
	j := &journal{}
	runs := 0
	w := newWorld(t, j, j.on("billing.record", func(events.Delivery[placed]) error {
		if runs++; runs == 1 {
			return events.RetryAfter(time.Hour, errDown)
		}
		return nil
	}, events.Sync()))

	report, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Equal(t, 2, report.Outcomes[0].Attempts)
	require.Equal(t, []time.Duration{time.Hour}, w.gaps("billing.record"))
}

func TestAPanicIsAnErrorLikeAnyOther(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("billing.charge", func(d events.Delivery[placed]) error {
		if d.Attempt() == 1 {
			panic("no such account")
		}
		return nil
	}))

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Len(t, w.of("billing.charge"), 2)
}

func TestADelayedEventWaitsForItsMoment(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("billing.charge", nil))
	start := w.env.Now()

	_, err := w.deliver(seal(t, placed{"o-1"}, events.At(start.Add(48*time.Hour))), workflows.Redrive{})

	require.NoError(t, err)
	require.WithinDuration(t, start.Add(48*time.Hour), w.of("billing.charge")[0].At, time.Second)
}

func TestAnUnknownTypeFailsLoudly(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("billing.charge", nil))
	env := seal(t, placed{"o-1"})
	env.Type = "order.forgotten"

	_, err := w.deliver(env, workflows.Redrive{})

	require.ErrorContains(t, err, `unknown event type "order.forgotten"`)
	require.Empty(t, w.names())
}

func TestAnInvalidEventFailsLoudly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &journal{})
	env := seal(t, placed{"o-1"})
	env.Hops = events.MaxHops + 1

	_, err := w.deliver(env, workflows.Redrive{})

	require.ErrorContains(t, err, "the loop guard refuses a causal chain of more than 16 events")
}

func TestAnOldVersionIsUpcast(t *testing.T) {
	t.Parallel()
	var got []shipped
	w := newWorld(t, &journal{}, events.On("billing.charge", func(_ context.Context, d events.Delivery[shipped]) error {
		got = append(got, d.Event)
		return nil
	}))
	env := seal(t, shipped{OrderID: "o-1"})
	env.Version, env.Data = 1, []byte(`{"order_id":"o-1"}`)

	_, err := w.deliver(env, workflows.Redrive{})

	require.NoError(t, err)
	require.Equal(t, []shipped{{OrderID: "o-1", Parcels: 1}}, got)
}

func TestAPlannedListenerThatNobodyKnowsFailsAlone(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("billing.charge", nil))
	redrive := workflows.Redrive{RunID: "r", Number: 1, Failed: []string{"billing.charge", "billing.vanished"}}

	_, err := w.deliver(seal(t, placed{"o-1"}), redrive)

	report := failedReport(t, err)
	require.ErrorContains(t, err, "unknown listener billing.vanished for order.placed")
	require.Equal(t, events.Succeeded, report.Outcomes[0].Status)
	require.Equal(t, events.GaveUp, report.Outcomes[1].Status)
	require.Equal(t, 3, report.Outcomes[1].Attempts)
}

func TestARedriveRunsOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j,
		j.on("billing.record", nil, events.Sync()),
		j.on("billing.charge", nil),
		j.on("billing.joined-later", nil),
	)
	carried := events.Outcome{Listener: "billing.record", Sync: true, Status: events.Succeeded, Attempts: 1}
	redrive := workflows.Redrive{RunID: "r", Number: 1, Failed: []string{"billing.charge"}, Carried: []events.Outcome{carried}}

	report, err := w.deliver(seal(t, placed{"o-1"}), redrive)

	require.NoError(t, err)
	require.Equal(t, []string{"billing.charge"}, w.names())
	require.Equal(t, carried, report.Outcomes[0])
	require.Equal(t, events.Succeeded, report.Outcomes[1].Status)
}

func TestTheUpdateAnswersWhenTheSyncListenersAreDone(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j,
		j.on("billing.record", nil, events.Sync()),
		j.on("billing.charge", until(3, errDown)),
	)
	var outcomes []events.Outcome
	var answeredAt time.Time
	start := w.env.Now()
	w.env.RegisterDelayedCallback(func() {
		w.env.UpdateWorkflow(workflows.SyncOutcomesUpdate, "u", &answer{func(result any) {
			outcomes, _ = result.([]events.Outcome)
			answeredAt = w.env.Now()
		}})
	}, 0)

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	require.NoError(t, err)
	require.Equal(t, []events.Outcome{{Listener: "billing.record", Sync: true, Status: events.Succeeded, Attempts: 1}}, outcomes)
	require.Less(t, answeredAt.Sub(start), time.Minute, "the ladder goes on")
}

func TestACancelledDeliveryStaysCancelled(t *testing.T) {
	t.Parallel()
	j := &journal{}
	w := newWorld(t, j, j.on("billing.charge", always(errDown)))
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, 30*time.Second)

	_, err := w.deliver(seal(t, placed{"o-1"}), workflows.Redrive{})

	var cancelled *temporal.CanceledError
	require.ErrorAs(t, err, &cancelled)
	require.Len(t, w.of("billing.charge"), 1)
}

// failedReport returns the report that a failed delivery carries.
func failedReport(t *testing.T, err error) workflows.Report {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	require.Equal(t, workflows.FailureListenersFailed, failure.Type())
	var report workflows.Report
	require.NoError(t, failure.Details(&report))
	return report
}

// answer is the callback of an update that must be accepted.
type answer struct{ done func(result any) }

func (a *answer) Accept()          {}
func (a *answer) Reject(err error) { panic(err) }
func (a *answer) Complete(result any, err error) {
	if err != nil {
		panic(err)
	}
	a.done(result)
}
