package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

const (
	seriesStart = "series plan damen --at 2027-03-28T10:00 --name Vera --id " + anAppointment
	seriesLine  = seriesStart + " --interval 2 --count 5"
)

func TestSeriesRules(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string]appointment.SeriesRule{
		"--count 5": {Frequency: "weekly", Interval: 1, Weekdays: []int{7}, Count: 5},
		"--interval 2 --weekdays tue,fri --count 5":            {Frequency: "weekly", Interval: 2, Weekdays: []int{2, 5}, Count: 5},
		"--weekdays mon --weekdays wed --count 5":              {Frequency: "weekly", Interval: 1, Weekdays: []int{1, 3}, Count: 5},
		"--frequency daily --until 2027-04-02":                 {Frequency: "daily", Interval: 1, EndDate: "2027-04-02"},
		"--frequency monthly --count 3":                        {Frequency: "monthly", Interval: 1, MonthDay: 28, Count: 3},
		"--frequency monthly --month-day 31 --count 3":         {Frequency: "monthly", Interval: 1, MonthDay: 31, Count: 3},
		"--frequency monthly --nth 5 --count 3":                {Frequency: "monthly", Interval: 1, Nth: 5, Weekdays: []int{7}, Count: 3},
		"--frequency monthly --nth 1 --weekdays tue --count 3": {Frequency: "monthly", Interval: 1, Nth: 1, Weekdays: []int{2}, Count: 3},
		"--frequency yearly --count 2":                         {Frequency: "yearly", Interval: 1, Count: 2},
		"--count 5 --except 2027-04-04,2027-04-11":             {Frequency: "weekly", Interval: 1, Weekdays: []int{7}, Count: 5, Exceptions: []string{"2027-04-04", "2027-04-11"}},
	} {
		t.Run(flags, func(t *testing.T) {
			t.Parallel()
			want.StartDate, want.Time = "2027-03-28", "10:00"
			term := newTerminal(t)
			term.clerk.series = workflows.SeriesAnswer{State: workflows.Done, SeriesID: anAppointment}

			require.Zero(t, term.exec(strings.Fields(seriesStart+" "+flags)...), term.err.String())

			require.Equal(t, want, term.clerk.plans[0].Series.Rule)
		})
	}
}

func TestSeriesPlan(t *testing.T) {
	t.Parallel()

	t.Run("sends who and what", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{State: workflows.Done, SeriesID: anAppointment}

		require.Zero(t, term.exec(strings.Fields(seriesLine)...), term.err.String())

		c := term.clerk.plans[0]
		require.Equal(t, anAppointment, c.Series.SeriesID)
		require.Equal(t, domains.DemoID("damen"), c.Series.Template.ServiceID)
		require.Empty(t, c.Series.Template.Key)
		require.Equal(t, "Vera", c.Who.Said.Name)
		require.Equal(t, 5*time.Second, c.Wait)
	})

	t.Run("makes an id", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{State: workflows.Done, SeriesID: anAppointment}

		require.Zero(t, term.exec(strings.Fields("series plan damen --at 2027-03-28T10:00 --count 2")...), term.err.String())
		require.True(t, events.IsUUID(term.clerk.plans[0].Series.SeriesID))
	})

	t.Run("prints what was booked and left out", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{
			State: workflows.Done, SeriesID: anAppointment, Created: []string{aCustomer}, NextAt: now.Add(time.Hour),
			Skipped: []appointment.Skipped{{Date: "2027-04-11", Code: "slot_taken"}},
		}

		require.Zero(t, term.exec(strings.Fields(seriesLine)...), term.err.String())
		golden(t, "series", term.out.String())
	})

	t.Run("says how to ask again", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{State: workflows.Processing, SeriesID: anAppointment}

		require.Equal(t, exitTimedOut, term.exec(strings.Fields(seriesLine)...))
		require.Contains(t, term.err.String(), "ask again with --id "+anAppointment)
	})
}

func TestSeriesChanges(t *testing.T) {
	t.Parallel()
	staff := appointment.By{Origin: appointment.Staff, Role: appointment.Manager}
	told := func(t *testing.T, line string) *fakeDesk {
		t.Helper()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{State: workflows.Done, SeriesID: anAppointment}
		require.Zero(t, term.exec(strings.Fields("series "+line)...), term.err.String())
		return term.clerk
	}

	t.Run("another rule", func(t *testing.T) {
		t.Parallel()
		c := told(t, "change "+anAppointment+" --at 2027-04-13T11:30 --weekdays tue --count 4 --command-id c-1").changes[0]

		require.Equal(t, staff, c.By)
		require.Equal(t, appointment.SeriesChange{ChangeID: "c-1", SeriesID: anAppointment, Scope: "future", Date: "2027-04-13", Rule: &appointment.SeriesRule{
			Frequency: "weekly", Interval: 1, Weekdays: []int{2}, StartDate: "2027-04-13", Time: "11:30", Count: 4,
		}}, c.Change)
	})

	t.Run("without one", func(t *testing.T) {
		t.Parallel()
		c := told(t, "skip "+anAppointment+" --date 2027-04-06 --origin portal --customer "+aCustomer).changes[0]

		require.True(t, events.IsUUID(c.Change.ChangeID))
		c.Change.ChangeID = ""
		require.Equal(t, appointment.SeriesChange{SeriesID: anAppointment, Scope: "single", Date: "2027-04-06"}, c.Change)
		require.Equal(t, appointment.By{Origin: appointment.Portal, Role: appointment.CustomerRole, CustomerID: aCustomer, Assurance: appointment.ByLogin}, c.By)
	})

	t.Run("the end", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, appointment.SeriesChange{ChangeID: "c-1", SeriesID: anAppointment, Scope: "all"}, told(t, "end "+anAppointment+" --command-id c-1").ends[0].Change)
		require.Equal(t, appointment.SeriesChange{ChangeID: "c-1", SeriesID: anAppointment, Scope: "future", Date: "2027-05-01"},
			told(t, "end "+anAppointment+" --from 2027-05-01 --command-id c-1").ends[0].Change)
	})

	t.Run("are printed", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{
			State: workflows.Done, SeriesID: anAppointment, Cancelled: []string{anID}, Follows: anID2,
			Skipped: []appointment.Skipped{{Date: "2027-04-06", Code: "exception"}}, Kept: map[string]string{aCustomer: "deadline_missed"},
		}

		require.Equal(t, exitSomeFailed, term.exec(strings.Fields(deskCommands["end"])...))
		golden(t, "series_changed", term.out.String())
		require.Equal(t, "error: 1 could not be cancelled: starter cancel says why, for each\n", term.err.String())
	})

	t.Run("take longer", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{State: workflows.Processing, SeriesID: anAppointment}

		require.Equal(t, exitTimedOut, term.exec(strings.Fields(deskCommands["end"])...))
		require.Contains(t, term.err.String(), "ask again with --command-id c-1")
	})
}

func TestSeriesAreListed(t *testing.T) {
	t.Parallel()
	mondays := appointment.SeriesRule{Frequency: "weekly", Interval: 2, Weekdays: []int{1, 4}, StartDate: "2027-03-29", Time: "10:00", Count: 5}
	listed := []appointment.ListedSeries{
		{SeriesID: anAppointment, ServiceName: "Damenhaarschnitt", Zone: "Europe/Berlin", Booked: 2, NextAt: now, Rule: mondays},
		{SeriesID: aCustomer, ServiceName: "Beratung", Zone: "Europe/Berlin", Over: true, Rule: appointment.SeriesRule{Frequency: "monthly", Interval: 1, MonthDay: 31, StartDate: "2026-10-31", Time: "09:00", EndDate: "2027-01-31"}},
		{SeriesID: anID, ServiceName: "Beratung", Zone: "Europe/Berlin", Booked: 1, NextAt: now, Rule: appointment.SeriesRule{Frequency: "monthly", Interval: 1, Nth: 5, Weekdays: []int{2}, StartDate: "2027-03-30", Time: "10:00", Count: 2}},
	}

	t.Run("asks", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, appointment.SeriesQuery{Limit: 100}, question[appointment.SeriesQuery](t, "series", workflows.StepListSeries))
		require.Equal(t, appointment.SeriesQuery{All: true, Limit: 5}, question[appointment.SeriesQuery](t, "series list --all --limit 5", workflows.StepListSeries))
	})

	t.Run("prints a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepListSeries] = listed

		require.Zero(t, term.exec("series", "list", "--limit", "3"), term.err.String())
		golden(t, "series_list", term.out.String())
		require.Equal(t, "there may be more: ask for a larger --limit\n", term.err.String())
	})

	t.Run("says that there are none", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("series"))
		require.Equal(t, "there are no series\n", term.err.String())
	})
}

func TestSeriesUsageErrors(t *testing.T) {
	t.Parallel()
	plan, change := "plan damen --at 2027-03-28T10:00 ", "change "+anAppointment+" --at 2027-03-28T10:00 "
	for line, says := range map[string]string{
		"damen":                               `unknown command "damen"; see "starter series --help"`,
		"--limit 0":                           "--limit 0: ask for 1 to 1000",
		"list more":                           `unexpected argument "more", as in: starter series list`,
		"pln":                                 `unknown command "pln"; did you mean plan?`,
		"plan":                                "the service is missing, as in: starter series plan damen ",
		"plan damen --count 2":                "--at is missing",
		plan:                                  "--count or --until is missing: how many shall it be, or until when?",
		plan + "--count -1":                   "--count -1: it must be at least 1",
		plan + "--count 2 --until 2027-05-01": "--count 2 and --until 2027-05-01: give one of them",
		plan + "--until 1.5.2027":             `--until "1.5.2027": write a date such as 2027-03-30`,
		plan + "--until 2027-03-27":           "--until 2027-03-27: choose 2027-03-28, where --at is, or later",
		plan + "--count 2 --id seven":         `--id "seven": a series' id is a UUID`,
		plan + "--count 2 --except tomorrow":  `--except "tomorrow": write a date such as 2027-03-30`,
		plan + "--count 2 --frequency hourly": `--frequency "hourly": choose daily, weekly, monthly or yearly`,
		plan + "--count 2 --interval 53":      "--interval 53: choose 1 to 52",
		plan + "--count 2 --weekdays Mon":     `--weekdays "Mon": did you mean mon?`,
		plan + "--count 2 --weekdays holiday": `--weekdays "holiday": choose of mon, tue, wed, thu, fri, sat, sun`,
		plan + "--count 2 --month-day 3":      "--month-day and --nth: only with --frequency monthly",
		plan + "--count 2 --frequency daily --weekdays mon":               "--weekdays: only with --frequency weekly, or with --nth",
		plan + "--count 2 --frequency monthly --month-day 32":             "--month-day 32: choose 1 to 31",
		plan + "--count 2 --frequency monthly --nth 6":                    "--nth 6: choose 1 to 5",
		plan + "--count 2 --frequency monthly --nth 2 --month-day 2":      "--month-day 2 and --nth 2: a day of the month, or a weekday of it, not both",
		plan + "--count 2 --frequency monthly --nth 2 --weekdays mon,tue": "--weekdays mon,tue: with --nth it is one",
		"change":                  "the series' id is missing, as in: starter series change ",
		"change " + anAppointment: "--at is missing: from when on shall it be another rule",
		"change 7 --at 2027-03-28T10:00 --count 2": `"7": a series' id is a UUID in lower case; starter series lists them`,
		change:                                 "--count or --until is missing",
		change + "--count 2 --zone Mars":       `--zone "Mars": write an IANA time zone`,
		change + "--count 2 --interval 0":      "--interval 0: choose 1 to 52",
		change + "--count 2 --origin fax":      `--origin "fax": choose `,
		change + "--count 2 --tenant x":        `--tenant "x": it is a UUID`,
		"skip " + anAppointment:                "--date is missing: which one shall it be, such as 2027-04-06?",
		"skip " + anAppointment + " --date 6":  `--date "6": write a date such as 2027-03-30`,
		"end " + anAppointment + " --from may": `--from "may": write a date such as 2027-03-30`,
		"end " + anAppointment + " --wait 1h":  "--wait 1h0m0s: choose up to 5s",
		"end seven":                            `"seven": a series' id is a UUID in lower case`,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Equal(t, exitUsage, term.exec(strings.Fields("series "+line)...))
			require.Contains(t, term.err.String(), "error: "+says)
			require.Equal(t, 1, strings.Count(term.err.String(), "\n"), "one line")
			require.Zero(t, term.clerk.commands())
		})
	}
}
