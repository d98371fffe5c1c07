package analytics_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/figures"
)

func callRef(n int) call.Ref {
	return call.Ref{CallID: fmt.Sprintf("call-%d", n), BranchID: branch, Zone: "Europe/Berlin"}
}

// calledFor is a call of that kind, which took so long, by its start and its end.
func calledFor(t *testing.T, n int, kind string, took time.Duration) []events.Envelope {
	t.Helper()
	return []events.Envelope{
		sealed(t, call.Started{Ref: callRef(n), Direction: "inbound", Kind: kind, CallerID: "withheld", StartedAt: booked}, booked, 10*n),
		sealed(t, call.Ended{
			Ref: callRef(n), StartedAt: booked, EndedAt: booked.Add(took), DurationMS: took.Milliseconds(), EndClass: call.EndCaller,
			CostCents: 20, CostCurrency: "EUR",
		}, booked.Add(took), 10*n+1),
	}
}

// bookedBy is the event that a call has led to an appointment, so much later.
func bookedBy(t *testing.T, n, ordinal int, later time.Duration) events.Envelope {
	t.Helper()
	e := call.AppointmentBooked{Ref: callRef(n), AppointmentID: fmt.Sprintf("a%d-%d", n, ordinal), StartsAt: starts, EndsAt: starts, ServiceID: "s1", Ordinal: ordinal}
	return sealed(t, e, booked.Add(later), 10*n+1+ordinal)
}

func TestConversionOfCalls(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) { // worked example 3
		all := slices.Concat(calledFor(t, 1, "customer", 6*time.Second), calledFor(t, 2, "test", time.Minute))
		for n := range 8 {
			all = append(all, calledFor(t, n+3, "customer", time.Minute)...)
		}
		all = append(all, bookedBy(t, 3, 1, 30*time.Second), bookedBy(t, 3, 2, 50*time.Second), bookedBy(t, 4, 1, 40*time.Second), bookedBy(t, 5, 1, 20*time.Second))
		slices.Reverse(all) // in whatever order
		facts := deliver(t, db, append(all, all...)...)

		require.Equal(t, []figures.Row{{Sum: 3, Of: 8}}, report(t, facts, "call_conversion", ""))
		require.Equal(t, []figures.Row{{Group: "2027-03-28", Sum: 10}}, report(t, facts, "calls", "day"))
		require.Equal(t, []figures.Row{{Group: branch, Sum: 8}}, report(t, facts, "qualified_calls", "branch"))
		require.Equal(t, []figures.Row{{Sum: 90, Of: 3}}, report(t, facts, "time_to_booking", ""))
		require.Equal(t, int64(30), report(t, facts, "time_to_booking", "")[0].Mean())
	})
}

func TestSpamIsNotQualified(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		judged := func(revision int, outcome string, later time.Duration) events.Envelope {
			return sealed(t, call.Analyzed{Ref: callRef(1), Revision: revision, Outcome: outcome, EndClass: call.EndCaller}, booked.Add(later), 50+revision)
		}
		first, second := judged(1, "booked", 2*time.Hour), judged(2, "spam", time.Hour)
		for _, order := range [][]events.Envelope{{first, second}, {second, first}} {
			facts := deliver(t, db, append(calledFor(t, 1, "customer", time.Minute), order...)...)

			c, err := facts.Call(t.Context(), tenant, "call-1")

			require.NoError(t, err)
			require.Equal(t, "spam", c.Outcome, "the highest revision counts, not the last")
			require.Equal(t, 2, c.Revision)
			require.False(t, c.Qualified)
		}
	})
}

func TestTheSettledCostCounts(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, config store.Config) {
		settled := sealed(t, call.CostSettled{Ref: callRef(1), CostCents: 33, Currency: "EUR", VendorAmount: "0.3561", Rate: "0.9268"}, booked.Add(time.Hour), 90)
		broken := sealed(t, call.Failed{Ref: callRef(2), Reason: "error", EndClass: call.EndTechnical, Direction: "inbound"}, booked.Add(time.Hour), 91)
		ended := slices.Concat(calledFor(t, 1, "customer", time.Minute), calledFor(t, 2, "customer", time.Minute))
		for _, order := range [][]events.Envelope{append(slices.Clone(ended), settled, broken), append([]events.Envelope{broken, settled}, ended...)} {
			db := storetest.Open(t, config, analytics.Migrations)
			facts := deliver(t, db, order...)

			require.Equal(t, []figures.Row{{Currency: "EUR", Sum: 53}}, report(t, facts, "call_cost", ""))
			require.Equal(t, []figures.Row{{Currency: "EUR", Sum: 20}}, report(t, facts, "call_cost_estimated", ""))
			require.Equal(t, []figures.Row{{Sum: 1, Of: 2}}, report(t, facts, "failed_calls", ""))
			require.Equal(t, []figures.Row{{Sum: 120, Of: 2}}, report(t, facts, "call_duration", ""))
			for _, table := range []string{"fact_call", "agg_calls_daily"} {
				_, err := db.AllTenants().Exec(t.Context(), `DELETE FROM `+table)
				require.NoError(t, err)
			}
		}
	})
}
