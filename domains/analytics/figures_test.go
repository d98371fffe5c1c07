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
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/figures"
)

const branch = "0198c0de-0000-7000-8000-00000000b001"

// each runs the test on both databases, where the branch is in Berlin.
func each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		require.NoError(t, tenancy.PutTenant(t.Context(), db.Tenant(tenant), tenancy.Tenant{ID: tenant, Slug: "probe", Status: tenancy.Active, Kind: tenancy.Salon}))
		require.NoError(t, tenancy.PutBranch(t.Context(), db.Tenant(tenant), tenancy.Branch{ID: branch, Slug: "berlin", Zone: "Europe/Berlin", Region: "DE-BE"}))
		test(t, db)
	}, analytics.Migrations, tenancy.Migrations)
}

// visit is the n-th appointment, of its own customer, on the day of the others.
func visit(n int) appointment.Ref {
	r := ref()
	r.AppointmentID, r.CustomerID, r.BranchID = fmt.Sprintf("a%d", n), fmt.Sprintf("c%d", n), branch
	return r
}

func eur(cents int64) appointment.Money { return appointment.Money{Cents: cents, Currency: "EUR"} }

// booking is the event that begins it, at the hour of the others, with the id n.
func booking(t *testing.T, r appointment.Ref, n int) events.Envelope {
	t.Helper()
	return sealed(t, appointment.Created{Ref: r, Price: eur(4000), CalendarState: "none", IdempotencyKey: "k"}, booked, n)
}

func report(t *testing.T, facts *analytics.Facts, measure, by string) []figures.Row {
	t.Helper()
	all, err := facts.Report(t.Context(), tenant, today, figures.Query{Measures: []string{measure}, From: "2027-03-01", To: "2027-04-30", By: by})
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, measure, all[0].Name)
	return all[0].Rows
}

// state is a day's rows as the database has them.
func state(t *testing.T, db *store.DB, facts *analytics.Facts) string {
	t.Helper()
	_, err := facts.Recompute(t.Context(), tenant)
	require.NoError(t, err)
	return storetest.Dump(t, db)
}

func TestANA1_AFactMarksTheDaysThatItTouches(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		facts := deliver(t, db, booking(t, visit(1), 1))
		done, err := facts.Recompute(t.Context(), tenant)
		require.NoError(t, err)
		require.Equal(t, 2, done, "the day of the booking and the day of the visit")

		moved := visit(1)
		moved.StartsAt, moved.EndsAt = starts.AddDate(0, 0, 1), starts.AddDate(0, 0, 1).Add(time.Hour)
		deliver(t, db, sealed(t, appointment.Rescheduled{Ref: moved, OldStartsAt: starts, OldEndsAt: starts.Add(time.Hour)}, booked.Add(time.Hour), 2))

		done, err = facts.Recompute(t.Context(), tenant)
		require.NoError(t, err)
		require.Equal(t, 3, done, "the old day, the new day, and the day of the booking")
	})
}

func TestANA2_ARepeatedEventChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) { // worked example 6
		moved := sealed(t, appointment.Rescheduled{Ref: visit(1), OldStartsAt: starts, OldEndsAt: starts}, booked.Add(time.Minute), 2)
		gone := sealed(t, appointment.Cancelled{Ref: visit(1), CancelledBy: "staff", WithinPolicy: true}, booked.Add(time.Hour), 3)
		wish := sealed(t, appointment.WishRecorded{WishID: "w1", BranchID: branch, ServiceID: "s1", DesiredAt: starts, Reason: appointment.NotAvailable}, booked, 4)
		all := []events.Envelope{booking(t, visit(1), 1), moved, gone, wish}
		facts := deliver(t, db, all...)
		once := state(t, db, facts)

		deliver(t, db, all...)

		require.Equal(t, once, state(t, db, facts))
		require.Equal(t, []figures.Row{{Sum: 1, Of: 1}}, report(t, facts, "cancellation_rate", ""))
		require.Equal(t, []figures.Row{{Sum: 1}}, report(t, facts, "reschedules", ""))
	})
}

func TestANA3_EventsArriveInAnyOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) { // worked example 5
		done := sealed(t, appointment.BecameCompleted{Ref: visit(1), By: "staff", Price: eur(4500)}, starts.Add(time.Hour), 2)

		facts := deliver(t, db, done, booking(t, visit(1), 1))

		b, err := facts.Booking(t.Context(), tenant, "a1")
		require.NoError(t, err)
		require.Equal(t, analytics.Completed, b.Status)
		require.Equal(t, "2027-03-28", b.CreatedOn)
		require.Equal(t, int64(4500), b.PriceCents, "the final price")
		require.Equal(t, []figures.Row{{Currency: "EUR", Sum: 4500}}, report(t, facts, "realised_revenue", ""))
	})
}

func TestANA3_EveryOrderHasTheSameFigures(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, config store.Config) {
		moved := visit(1)
		moved.StartsAt, moved.EndsAt = starts.AddDate(0, 0, 1), starts.AddDate(0, 0, 1).Add(time.Hour)
		all := []events.Envelope{
			booking(t, visit(1), 1),
			sealed(t, appointment.BecameConfirmed{Ref: visit(1), ConfirmedBy: "staff"}, booked.Add(time.Minute), 2),
			sealed(t, appointment.Rescheduled{Ref: moved, OldStartsAt: starts, OldEndsAt: starts}, booked.Add(time.Hour), 3),
			sealed(t, appointment.BecameNoShow{Ref: moved, Fee: eur(1000)}, starts.AddDate(0, 0, 2), 4),
			sealed(t, customer.Merged{MergeID: "m1", PrimaryID: "c2", DuplicateID: "c1", By: "staff"}, booked.Add(time.Minute), 5),
			sealed(t, appointment.Created{Ref: visit(2), Price: eur(4000), CalendarState: "none", IdempotencyKey: "k"}, booked.Add(time.Minute), 6),
		}
		var want string
		for i, order := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {4, 3, 0, 5, 2, 1}, {2, 4, 5, 1, 0, 3}} {
			db := storetest.Open(t, config, analytics.Migrations, tenancy.Migrations)
			for _, table := range []string{"fact_booking", "fact_customer", "agg_visits_daily", "agg_bookings_daily", "dirty_day"} {
				_, err := db.AllTenants().Exec(t.Context(), `DELETE FROM `+table)
				require.NoError(t, err)
			}
			var facts *analytics.Facts
			for _, n := range order {
				facts = deliver(t, db, all[n])
			}
			if got := state(t, db, facts); i == 0 {
				want = got
			} else {
				require.Equal(t, want, got, "order %v", order)
			}
		}
	})
}

func TestANA4_ClosedDaysStayAsTheyAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		old := visit(1)
		old.StartsAt = starts.AddDate(-2, 0, 0)
		old.EndsAt = old.StartsAt.Add(time.Hour)
		facts := deliver(t, db, sealed(t, appointment.Created{Ref: old, Price: eur(4000), CalendarState: "none", IdempotencyKey: "k"}, starts.AddDate(-2, 0, -1), 1))

		done, err := facts.Recompute(t.Context(), tenant)
		require.NoError(t, err)
		require.Zero(t, done)
		b, err := facts.Booking(t.Context(), tenant, "a1")
		require.NoError(t, err)
		require.Equal(t, "2025-03-30", b.VisitOn, "the fact is kept")
	})
}

func TestANA5_EachDayIsComputedByOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		for n := range 20 {
			r := visit(n)
			r.StartsAt, r.EndsAt = starts.AddDate(0, 0, n), starts.AddDate(0, 0, n).Add(time.Hour)
			deliver(t, db, booking(t, r, n))
		}
		facts := analytics.NewFacts(db)
		type outcome struct {
			done int
			err  error
		}
		workers := make(chan outcome)
		for range 3 {
			go func() {
				done, err := facts.Recompute(t.Context(), tenant)
				workers <- outcome{done, err}
			}()
		}
		total := 0
		for range 3 {
			o := <-workers
			require.NoError(t, o.err)
			total += o.done
		}

		require.Equal(t, 21, total, "20 days of visits, and one of bookings")
		require.Equal(t, []figures.Row{{Sum: 20}}, report(t, facts, "bookings", ""))
	})
}

func TestANA8_DatesAreThoseOfTheBranch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		wish := sealed(t, appointment.WishRecorded{WishID: "w1", BranchID: branch, ServiceID: "s1", DesiredAt: starts, Reason: appointment.NotAvailable}, booked, 2)

		facts := deliver(t, db, booking(t, visit(1), 1), wish)

		require.Equal(t, []figures.Row{{Group: "2027-03-28", Sum: 1}}, report(t, facts, "bookings", "day"))
		require.Equal(t, []figures.Row{{Group: "2027-03-28", Sum: 1}}, report(t, facts, "unmet_demand", "day"))
	})
}

func TestANA9_ARescheduleMovesTheVisit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		facts := deliver(t, db, booking(t, visit(1), 1), booking(t, visit(2), 2))
		require.Equal(t, []figures.Row{{Group: "2027-03-30", Sum: 2}}, report(t, facts, "visits_booked", "day"))
		moved := visit(1)
		moved.StartsAt, moved.EndsAt = starts.AddDate(0, 0, 1), starts.AddDate(0, 0, 1).Add(time.Hour)

		deliver(t, db, sealed(t, appointment.Rescheduled{Ref: moved, OldStartsAt: starts, OldEndsAt: starts}, booked.Add(time.Hour), 3))

		require.Equal(t, []figures.Row{{Group: "2027-03-30", Sum: 1}, {Group: "2027-03-31", Sum: 1}}, report(t, facts, "visits_booked", "day"))
		require.Equal(t, []figures.Row{{Group: "2027-03-28", Sum: 2}}, report(t, facts, "bookings", "day"), "made on the same day as before")
	})
}

func TestANA10_ADayHasAsManyHoursAsItHas(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		twice := time.Date(2027, 10, 31, 0, 30, 0, 0, time.UTC) // 02:30 in Berlin, for the first time
		r := visit(2)
		r.StartsAt, r.EndsAt = twice, twice.Add(time.Hour)
		again := visit(3)
		again.StartsAt, again.EndsAt = twice.Add(time.Hour), twice.Add(2*time.Hour)
		facts := deliver(t, db, booking(t, visit(1), 1), booking(t, r, 2), booking(t, again, 3))
		hours := func(measure, date string) []figures.Row {
			all, err := facts.Report(t.Context(), tenant, today, figures.Query{Measures: []string{measure}, From: date, To: date, By: "hour"})
			require.NoError(t, err)
			return all[0].Rows
		}

		short := hours("bookings", "2027-03-28")
		require.Len(t, short, 23)
		require.Equal(t, []figures.Row{{Group: "2027-03-28T00:00+01:00", Sum: 3}, {Group: "2027-03-28T01:00+01:00"}, {Group: "2027-03-28T03:00+02:00"}}, short[:3])
		long := hours("visits_booked", "2027-10-31")
		require.Len(t, long, 25)
		require.Equal(t, []figures.Row{{Group: "2027-10-31T02:00+02:00", Sum: 1}, {Group: "2027-10-31T02:00+01:00", Sum: 1}, {Group: "2027-10-31T03:00+01:00"}}, long[2:5])
		require.Len(t, hours("calls", "2027-03-30"), 24)

		_, err := facts.Report(t.Context(), tenant, today, figures.Query{From: "2027-03-28", To: "2027-03-29", By: "hour"})
		var refusal *events.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "ANA-10", refusal.Rule)
	})
}

func TestANA11_CurrenciesAreNotAdded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		swiss := sealed(t, appointment.Created{Ref: visit(2), Price: appointment.Money{Cents: 5000, Currency: "CHF"}, CalendarState: "none", IdempotencyKey: "k"}, booked, 2)

		facts := deliver(t, db, booking(t, visit(1), 1), swiss)

		require.Equal(t, []figures.Row{{Currency: "CHF", Sum: 5000}, {Currency: "EUR", Sum: 4000}}, report(t, facts, "booked_value", ""))
	})
}

func TestANA12_OfTwoAtOnceTheMoreFinalCounts(t *testing.T) {
	t.Parallel()
	gone := sealed(t, appointment.Cancelled{Ref: visit(1), CancelledBy: "staff"}, starts, 9)
	missed := sealed(t, appointment.BecameNoShow{Ref: visit(1), Fee: eur(0)}, starts, 5)
	done := sealed(t, appointment.BecameCompleted{Ref: visit(1), By: "staff", Price: eur(4000)}, starts, 2)
	for _, c := range []struct {
		order []events.Envelope
		want  analytics.Status
	}{
		{[]events.Envelope{gone, missed, done}, analytics.Completed},
		{[]events.Envelope{done, missed, gone}, analytics.Completed},
		{[]events.Envelope{missed, gone}, analytics.NoShow},
		{[]events.Envelope{gone, missed}, analytics.NoShow},
	} {
		facts := deliver(t, storetest.SQLite(t, analytics.Migrations, tenancy.Migrations), c.order...)

		b, err := facts.Booking(t.Context(), tenant, "a1")

		require.NoError(t, err)
		require.Equal(t, c.want, b.Status)
	}
}

func TestANA13_AReportCoversFourHundredDays(t *testing.T) {
	t.Parallel()
	facts := analytics.NewFacts(storetest.SQLite(t, analytics.Migrations))
	for _, c := range []struct {
		q    figures.Query
		code string
	}{
		{figures.Query{Measures: []string{"bookings"}, From: "2027-01-01", To: "2028-02-04"}, ""},
		{figures.Query{Measures: []string{"bookings"}, From: "2027-01-01", To: "2028-02-05"}, "range_too_long"},
		{figures.Query{Measures: []string{"happiness"}, From: "2027-01-01", To: "2027-01-02"}, "unknown_measure"},
		{figures.Query{Measures: []string{"bookings"}, From: "2027-01-01", To: "2027-01-02", By: "customer"}, "invalid"},
		{figures.Query{Measures: []string{"bookings"}, From: "2027-01-02", To: "2027-01-01"}, "invalid"},
		{figures.Query{Measures: []string{"bookings"}, From: "heute", To: "2027-01-01"}, "invalid"},
	} {
		_, err := facts.Report(t.Context(), tenant, today, c.q)
		if c.code == "" {
			require.NoError(t, err)
			continue
		}
		var refusal *events.Refusal
		require.ErrorAs(t, err, &refusal, c.q)
		require.Equal(t, c.code, refusal.Code)
	}
}

func TestANA13_EveryMeasureCanBeAskedFor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		facts := deliver(t, db, booking(t, visit(1), 1))
		require.True(t, slices.IsSorted(analytics.Measures()))
		answered := map[string]int{}
		for _, by := range append(analytics.Dimensions(), "") {
			all, err := facts.Report(t.Context(), tenant, today, figures.Query{From: "2027-03-28", To: "2027-03-28", By: by})
			require.NoError(t, err)
			for _, m := range all {
				answered[m.Name]++
			}
		}
		for _, measure := range analytics.Measures() {
			require.Greater(t, answered[measure], 2, "%s as a whole, by day, and by something", measure)
		}
	})
}

func TestANA14_OriginsAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		var all []events.Envelope
		want := []figures.Row{}
		for n, origin := range slices.Sorted(slices.Values(appointment.Origins)) {
			r := visit(n)
			r.Origin = origin
			all = append(all, booking(t, r, n))
			want = append(want, figures.Row{Group: string(origin), Sum: 1})
		}

		require.Equal(t, want, report(t, deliver(t, db, all...), "bookings", "origin"))
	})
}

func TestANA16_RatesAreRoundedHalfUpToATenth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sum, of int64
		want    string
	}{{2, 32, "6.3 %"}, {6, 40, "15.0 %"}, {92, 95, "96.8 %"}, {0, 7, "0.0 %"}, {1, 3, "33.3 %"}, {7, 7, "100.0 %"}} {
		require.Equal(t, c.want, figures.Row{Sum: c.sum, Of: c.of}.Percent())
	}
	require.Empty(t, figures.Row{}.Percent(), "nothing divided by nothing is no rate")
}
