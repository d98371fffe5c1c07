package analytics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/figures"
)

func TestLeadTimesAreElapsedTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) { // worked example 1
		r := visit(1)
		r.StartsAt = time.Date(2027, 3, 29, 8, 0, 0, 0, time.UTC)
		r.EndsAt = r.StartsAt.Add(time.Hour)
		at := time.Date(2027, 3, 20, 9, 0, 0, 0, time.UTC)
		facts := deliver(t, db, sealed(t, appointment.Created{Ref: r, Price: eur(4000), CalendarState: "none", IdempotencyKey: "k"}, at, 1))

		require.Equal(t, []figures.Row{{Sum: 1, Of: 1}}, report(t, facts, "lead_7_14d", ""))
		require.Equal(t, []figures.Row{{Sum: 0, Of: 1}}, report(t, facts, "lead_3_7d", ""))
		leads, err := facts.LeadTimes(t.Context(), tenant, "2027-03-20", "2027-03-20")
		require.NoError(t, err)
		const want = int64((8*24 + 23) * 3600)
		require.Equal(t, analytics.Lead{Bookings: 1, MedianSeconds: want, NinetiethSeconds: want}, leads)
	})
}

func TestRatesOfADay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) { // worked example 2
		var all []events.Envelope
		for n := range 40 {
			all = append(all, booking(t, visit(n), n))
			switch at := starts.Add(time.Hour); {
			case n < 30:
				all = append(all, sealed(t, appointment.BecameCompleted{Ref: visit(n), By: "staff", Price: eur(4000)}, at, 100+n))
			case n < 32:
				all = append(all, sealed(t, appointment.BecameNoShow{Ref: visit(n), Fee: eur(1000)}, at, 100+n))
			case n < 38:
				late := n == 37
				all = append(all, sealed(t, appointment.Cancelled{Ref: visit(n), CancelledBy: "customer", WithinPolicy: !late, Fee: eur(0)}, booked.Add(time.Hour), 100+n))
			}
		}

		facts := deliver(t, db, all...)

		for measure, want := range map[string]string{"no_show_rate": "6.3 %", "cancellation_rate": "15.0 %", "late_cancellation_rate": "2.5 %"} {
			require.Equal(t, want, report(t, facts, measure, "")[0].Percent(), measure)
		}
		for measure, want := range map[string]int64{
			"visits_booked": 40, "booked_value": 34 * 4000, "realised_revenue": 30 * 4000, "lost_revenue": 2*3000 + 4000, "fees": 2000,
		} {
			require.Equal(t, want, report(t, facts, measure, "")[0].Sum, measure)
		}
	})
}

func TestFirstVisitsFollowMergesAndErasures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		again := sealed(t, appointment.Created{Ref: visit(2), Price: eur(4000), CalendarState: "none", IdempotencyKey: "k"}, booked.Add(time.Hour), 2)
		facts := deliver(t, db, booking(t, visit(1), 1), again)
		require.Equal(t, int64(2), report(t, facts, "first_visits", "")[0].Sum)

		deliver(t, db, sealed(t, customer.Merged{MergeID: "m1", PrimaryID: "c1", DuplicateID: "c2", By: "staff"}, starts, 3))
		require.Equal(t, int64(1), report(t, facts, "first_visits", "")[0].Sum, "they are one person")

		third := visit(3)
		third.CustomerID = "c2"
		deliver(t, db, sealed(t, customer.Erased{Ref: customer.Ref{CustomerID: "c1"}, At: starts}, starts, 4), booking(t, third, 5))
		require.Equal(t, int64(1), report(t, facts, "first_visits", "")[0].Sum, "the counts stay")
		require.Equal(t, int64(3), report(t, facts, "bookings", "")[0].Sum)
		for _, id := range []string{"a1", "a2", "a3"} {
			b, err := facts.Booking(t.Context(), tenant, id)
			require.NoError(t, err)
			require.Empty(t, b.CustomerID, id)
		}
	})
}

func TestUnmetDemandAndCallbacks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		wanted := func(id string) events.Event {
			return appointment.CallbackRequested{CallbackID: id, BranchID: branch, Phone: "+491713920019", Priority: appointment.HighPriority, ExpiresAt: starts}
		}
		facts := deliver(t, db,
			sealed(t, appointment.WishRecorded{WishID: "w1", BranchID: branch, ServiceID: "s1", DesiredAt: starts, Reason: appointment.NotAvailable}, booked, 1),
			sealed(t, appointment.BookingFailed{AppointmentID: "a9", BranchID: branch, ServiceID: "s1", StartsAt: starts, Reason: appointment.HoldLost}, booked, 2),
			sealed(t, appointment.CallbackCompleted{CallbackID: "k1", Outcome: "booked"}, booked.Add(time.Hour), 3),
			sealed(t, wanted("k1"), booked, 4), sealed(t, wanted("k2"), booked, 5), sealed(t, wanted("k3"), booked, 6),
			sealed(t, appointment.CallbackExpired{CallbackID: "k2", Outcome: "expired"}, starts, 7),
		)

		require.Equal(t, []figures.Row{{Group: "hold_lost", Sum: 1}, {Group: "not_available", Sum: 1}}, report(t, facts, "unmet_demand", "reason"))
		require.Equal(t, []figures.Row{{Group: "high", Sum: 1, Of: 3}}, report(t, facts, "callbacks_in_time", "priority"))
		require.NotContains(t, storetest.Dump(t, db), "+491713920019")
	})
}

func TestAnotherTenantsFiguresAreNotThere(t *testing.T) {
	t.Parallel()
	facts := deliver(t, storetest.SQLite(t, analytics.Migrations, tenancy.Migrations), created(t))

	all, err := facts.Report(t.Context(), "0198c0de-0000-7000-8000-0000000000bb", today, figures.Query{Measures: []string{"bookings"}, From: "2027-03-01", To: "2027-04-30"})

	require.NoError(t, err)
	require.Empty(t, all[0].Rows)
}
