package appointments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events/appointment"
)

func rule(frequency string, changes ...func(*appointment.SeriesRule)) appointment.SeriesRule {
	r := appointment.SeriesRule{Frequency: frequency, Interval: 1, StartDate: "2026-10-19", Time: "09:00", Count: 3}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func TestAPT67_TheFormsOfASeries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule  appointment.SeriesRule
		dates []string
	}{
		"daily":   {rule("daily", func(r *appointment.SeriesRule) { r.Interval = 2 }), []string{"2026-10-19", "2026-10-21", "2026-10-23"}},
		"weekly":  {rule("weekly", func(r *appointment.SeriesRule) { r.Weekdays = []int{3, 1} }), []string{"2026-10-19", "2026-10-21", "2026-10-26"}},
		"monthly": {rule("monthly", func(r *appointment.SeriesRule) { r.MonthDay, r.Interval = 5, 3 }), []string{"2027-01-05", "2027-04-05", "2027-07-05"}},
		"yearly":  {rule("yearly"), []string{"2026-10-19", "2027-10-19"}},
		"to a date": {rule("weekly", func(r *appointment.SeriesRule) {
			r.Weekdays, r.Count, r.EndDate = []int{1}, 0, "2026-11-02"
		}), []string{"2026-10-19", "2026-10-26", "2026-11-02"}},
	} {
		dates, err := appointments.Occurrences(c.rule, 10)
		require.NoError(t, err, name)
		require.Equal(t, c.dates, dates, name)
	}
}

func TestAPT67_ASeriesIsLimited(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*appointment.SeriesRule){
		"frequency": func(r *appointment.SeriesRule) { r.Frequency = "hourly" },
		"interval":  func(r *appointment.SeriesRule) { r.Interval = 53 },
		"weekdays":  func(r *appointment.SeriesRule) { r.Frequency = "weekly" },
		"weekday":   func(r *appointment.SeriesRule) { r.Weekdays = []int{8} },
		"month day": func(r *appointment.SeriesRule) { r.Frequency = "monthly" },
		"no end":    func(r *appointment.SeriesRule) { r.Count = 0 },
		"two ends":  func(r *appointment.SeriesRule) { r.EndDate = "2026-11-01" },
		"date":      func(r *appointment.SeriesRule) { r.StartDate = "19.10.2026" },
		"exception": func(r *appointment.SeriesRule) { r.Exceptions = []string{"20.10.2026"} },
		"time":      func(r *appointment.SeriesRule) { r.Time = "9" },
	} {
		_, err := appointments.Occurrences(rule("daily", change), 10)
		require.Error(t, err, name)
		refusal(t, err, "invalid_rule")
	}
	_, err := appointments.Occurrences(rule("daily", func(r *appointment.SeriesRule) { r.Count = 11 }), 10)
	refusal(t, err, "series_too_long")
	_, err = appointments.Occurrences(rule("daily", func(r *appointment.SeriesRule) { r.Count = 53 }), 100)
	refusal(t, err, "series_too_long")
	_, err = appointments.Occurrences(rule("daily", func(r *appointment.SeriesRule) { r.Count, r.EndDate = 0, "2027-10-20" }), 52)
	refusal(t, err, "series_too_long")
}

func TestAPT68_ShortMonthsAndMissingWeekdays(t *testing.T) {
	t.Parallel()
	dates, err := appointments.Occurrences(rule("monthly", func(r *appointment.SeriesRule) { r.StartDate, r.MonthDay, r.Count = "2026-01-31", 31, 4 }), 10)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"}, dates)

	dates, err = appointments.Occurrences(rule("monthly", func(r *appointment.SeriesRule) { r.StartDate, r.Nth, r.Weekdays = "2026-09-01", 1, []int{2} }), 10)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-09-01", "2026-10-06", "2026-11-03"}, dates)

	dates, err = appointments.Occurrences(rule("monthly", func(r *appointment.SeriesRule) { r.StartDate, r.Nth, r.Weekdays = "2026-09-01", 5, []int{2} }), 10)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-09-29", "2026-10-27", "2026-11-24"}, dates, "a fifth that is missing is the last")
}

// weekly is Vera's series, every Monday at 9.
func weekly(count int) appointment.SeriesRequest {
	return appointment.SeriesRequest{
		SeriesID: "7e57ab1e-0000-4000-8000-0000000000e1",
		Rule:     rule("weekly", func(r *appointment.SeriesRule) { r.Weekdays, r.Count = []int{1}, count }),
		Template: wish(),
	}
}

func TestAPT68_TheLocalTimeStays(t *testing.T) {
	f := onSQLite(t)
	plan, err := f.PlanSeries(t.Context(), tenant, at("2026-10-12 10:00"), weekly(2))
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 10, 19, 7, 0, 0, 0, time.UTC), plan.Book[0].StartsAt)
	require.Equal(t, time.Date(2026, 10, 26, 8, 0, 0, 0, time.UTC), plan.Book[1].StartsAt)
}

func TestAPT69_EachOccurrenceInItsTime(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		f.policy("tenant", "", "booking", `{"max_advance_days": 14}`)
		plan, err := f.PlanSeries(t.Context(), tenant, at("2026-10-12 10:00"), weekly(4))
		require.NoError(t, err)
		require.Len(t, plan.Book, 2)
		require.Equal(t, at("2026-10-19 00:00"), plan.NextAt)
		again, err := f.PlanSeries(t.Context(), tenant, at("2026-10-12 10:00"), weekly(4))
		require.NoError(t, err)
		require.Equal(t, plan, again)
		later, err := f.PlanSeries(t.Context(), tenant, plan.NextAt, weekly(4))
		require.NoError(t, err)
		require.Len(t, later.Book, 3)
		require.Equal(t, plan.Book[1].Key, later.Book[1].Key, "the same booking has the same key")

		announce := f.RecordSeries(plan.SeriesID, []string{"a1"}, []appointment.Skipped{{Date: "2026-10-26", Code: "slot_taken", Alternatives: slots("2026-10-26 10:00", "2026-10-26 11:00", "2026-10-26 12:00")}})
		check(t, announce)
		require.Len(t, announce[0].(appointment.SeriesPlanned).Skipped[0].Alternatives, 2)
	})
}

func TestAPT69_AnExceptionIsLeftOutAndSaidSo(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "booking", `{"max_advance_days": 14}`)
	request := weekly(4)
	request.Rule.Exceptions = []string{"2026-10-26", "2026-11-02", "2026-10-27"}

	plan, err := f.PlanSeries(t.Context(), tenant, at("2026-10-12 10:00"), request)
	require.NoError(t, err)
	require.Len(t, plan.Book, 1)
	require.Equal(t, []appointment.Skipped{{Date: "2026-10-26", Code: "exception", Alternatives: []appointment.Slot{}}}, plan.Skipped, "what is in reach, and would be an occurrence")
	check(t, f.RecordSeries(plan.SeriesID, nil, plan.Skipped))

	later, err := f.PlanSeries(t.Context(), tenant, at("2026-10-27 10:00"), request)
	require.NoError(t, err)
	require.Equal(t, "2026-11-02", later.Skipped[0].Date, "what is over is not said again")
	require.Equal(t, at("2026-11-09 09:00"), later.Book[0].StartsAt, "an exception counts as one of them")
}

func TestAPT70_WhatIsNotInReachYetStaysUntilTheDate(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "booking", `{"max_advance_days": 14}`)
	plan, err := f.PlanSeries(t.Context(), tenant, at("2026-10-12 10:00"), weekly(6))
	require.NoError(t, err)

	_, err = f.ChangeSeries(t.Context(), tenant, at("2026-10-12 10:00"), appointment.SeriesChange{ChangeID: "1", SeriesID: plan.SeriesID, Scope: "future", Date: "2026-11-11"})
	require.NoError(t, err)

	later, err := f.PlanSeries(t.Context(), tenant, at("2026-11-01 10:00"), weekly(6))
	require.NoError(t, err)
	require.Len(t, later.Book, 2)
	require.Equal(t, at("2026-11-09 09:00"), later.Book[1].StartsAt)
	require.Zero(t, later.NextAt, "nothing comes after the date")
}

func TestAPT70_ChangingASeries(t *testing.T) {
	f := onSQLite(t)
	monday := at("2027-03-29 09:00")
	request := weekly(4)
	request.Rule.StartDate = "2027-03-29"
	plan, err := f.PlanSeries(t.Context(), tenant, now, request)
	require.NoError(t, err)
	var booked []string
	for _, r := range plan.Book {
		view, _ := f.book(r, forVera())
		require.Equal(t, plan.SeriesID, view.SeriesID)
		booked = append(booked, view.AppointmentID)
	}
	change := func(at time.Time, c appointment.SeriesChange) appointment.SeriesPlan {
		c.SeriesID = plan.SeriesID
		first, err := f.ChangeSeries(t.Context(), tenant, at, c)
		require.NoError(t, err)
		second, err := f.ChangeSeries(t.Context(), tenant, at, c)
		require.NoError(t, err)
		require.Equal(t, first, second)
		return first
	}
	single := change(now, appointment.SeriesChange{ChangeID: "1", Scope: "single", Date: "2027-04-05"})
	require.Equal(t, booked[1:2], single.Cancel)
	require.Equal(t, "exception", single.Skipped[0].Code)
	again, err := f.PlanSeries(t.Context(), tenant, now, request)
	require.NoError(t, err)
	require.Len(t, again.Book, 3, "the exception stays")
	_, err = f.ChangeSeries(t.Context(), tenant, now, appointment.SeriesChange{SeriesID: plan.SeriesID, Scope: "single", Date: "2027-04-06"})
	refusal(t, err, "invalid_rule") // a Tuesday

	next := rule("weekly", func(r *appointment.SeriesRule) { r.StartDate, r.Weekdays, r.Count = "2027-04-12", []int{2}, 2 })
	split := change(now, appointment.SeriesChange{ChangeID: "2", Scope: "future", Date: "2027-04-12", Rule: &next})
	require.Equal(t, booked[2:], split.Cancel)
	require.Len(t, split.Book, 2)
	require.NotEqual(t, plan.SeriesID, split.SeriesID)
	require.Equal(t, at("2027-04-13 09:00"), split.Book[0].StartsAt)

	require.Equal(t, booked[1:], change(monday.Add(time.Hour), appointment.SeriesChange{ChangeID: "3", Scope: "all"}).Cancel, "what is over never changes")
	rest, err := f.PlanSeries(t.Context(), tenant, monday, request)
	require.NoError(t, err)
	require.Empty(t, rest.Book, "it has ended")
	_, err = f.ChangeSeries(t.Context(), tenant, monday.AddDate(0, 0, 8), appointment.SeriesChange{SeriesID: plan.SeriesID, Scope: "single", Date: "2027-04-05"})
	refusal(t, err, "invalid_rule")
	_, err = f.ChangeSeries(t.Context(), tenant, now, appointment.SeriesChange{SeriesID: "none", Scope: "all"})
	refusal(t, err, "not_found")
}

func TestSeriesAreListed(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		request := weekly(3)
		request.Rule.StartDate = "2027-04-05"
		plan, err := f.PlanSeries(t.Context(), tenant, now, request)
		require.NoError(t, err)
		for _, r := range plan.Book[:2] {
			f.book(r, forVera())
		}
		over := weekly(1)
		over.SeriesID = "7e57ab1e-0000-4000-8000-0000000000e2"
		_, err = f.PlanSeries(t.Context(), tenant, now, over)
		require.NoError(t, err)
		list := func(at time.Time, q appointment.SeriesQuery) []appointment.ListedSeries {
			listed, err := f.ListSeries(t.Context(), tenant, at, q)
			require.NoError(t, err)
			return listed
		}

		require.Equal(t, []appointment.ListedSeries{{
			SeriesID: request.SeriesID, BranchID: request.Template.BranchID, ServiceID: request.Template.ServiceID, ServiceName: "Herrenhaarschnitt",
			Rule: request.Rule, Zone: "Europe/Berlin", Booked: 2, NextAt: at("2027-04-05 09:00"), CustomerID: vera,
		}}, list(now, appointment.SeriesQuery{}))
		require.Equal(t, 1, list(at("2027-04-06 09:00"), appointment.SeriesQuery{})[0].Booked)
		require.True(t, list(now, appointment.SeriesQuery{All: true})[1].Over)
		require.Len(t, list(now, appointment.SeriesQuery{All: true, Limit: 1}), 1)
		require.Empty(t, list(at("2027-04-20 09:00"), appointment.SeriesQuery{}), "its last date has passed")
		_, err = f.ListSeries(t.Context(), tenant, now, appointment.SeriesQuery{Limit: 1001})
		refusal(t, err, "invalid_limit")
	})
}
