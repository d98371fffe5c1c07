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

const seriesLine = "series damen --at 2027-03-28T10:00 --weekly 2 --count 5 --name Vera --id " + anAppointment

func TestSeries(t *testing.T) {
	t.Parallel()

	t.Run("sends the rule of --at", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{State: workflows.Done, SeriesID: anAppointment}

		require.Zero(t, term.exec(strings.Fields(seriesLine)...), term.err.String())

		c := term.clerk.plans[0]
		require.Equal(t, anAppointment, c.Series.SeriesID)
		require.Equal(t, appointment.SeriesRule{Frequency: "weekly", Interval: 2, Weekdays: []int{7}, StartDate: "2027-03-28", Time: "10:00", Count: 5}, c.Series.Rule)
		require.Equal(t, domains.DemoID("damen"), c.Series.Template.ServiceID)
		require.Empty(t, c.Series.Template.Key)
		require.Equal(t, "Vera", c.Who.Said.Name)
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

	t.Run("says a rule's no", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.series = workflows.SeriesAnswer{State: workflows.Refused, Refusal: events.Refuse("series_too_long", "APT-67", "too long")}

		require.Equal(t, exitConflict, term.exec(strings.Fields(seriesLine)...))
		require.Empty(t, term.out.String())
	})

	for line, says := range map[string]string{
		"series damen --at 2027-03-28T10:00":                      "--count is missing",
		"series damen --at 2027-03-28T10:00 --count 2 --id seven": `--id "seven": it is a UUID`,
		"series damen --count 2":                                  "--at is missing",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Equal(t, exitUsage, term.exec(strings.Fields(line)...))
			require.Contains(t, term.err.String(), says)
			require.Empty(t, term.clerk.plans)
		})
	}
}
