package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

func (a *app) listSeriesCommand() *cobra.Command {
	var f deskFlags
	var q appointment.SeriesQuery
	cmd := &cobra.Command{
		Use:   "series [flags]",
		Short: "Book series of appointments, and change them",
		Example: `  starter series list
  starter series list --all -o json`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&q.All, "all", false, "those that are over, too")
	cmd.Flags().IntVar(&q.Limit, "limit", 100, "at most `N` series")
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		const most = 1000
		if q.Limit < 1 || q.Limit > most {
			return usage("--limit %d: ask for 1 to %d", q.Limit, most)
		}
		listed, err := ask[[]appointment.ListedSeries](ctx, a, &f, workflows.StepListSeries, "", q)
		if err != nil {
			return err
		}
		return a.printSeries(listed, q.Limit)
	})
	return cmd
}

func (a *app) printSeries(listed []appointment.ListedSeries, limit int) error {
	if err := printList(a, listed, func(w io.Writer) {
		rows := make([][]string, len(listed))
		for i, l := range listed {
			next := a.local(l.NextAt, l.Zone)
			if l.Over {
				next = "over"
			}
			rows[i] = []string{next, strconv.Itoa(l.Booked), l.ServiceName, ruleWords(l.Rule), l.SeriesID}
		}
		a.rows(w, []string{"NEXT", ">BOOKED", "SERVICE", "RULE", "SERIES"}, rows)
	}); err != nil {
		return err
	}
	switch len(listed) {
	case 0:
		a.say("there are no series")
	case limit:
		a.say("there may be more: ask for a larger --limit")
	}
	return nil
}

// ruleWords are a rule in the words of the flags that make it.
func ruleWords(r appointment.SeriesRule) string {
	words := r.Frequency
	if r.Interval > 1 {
		words += fmt.Sprintf("/%d", r.Interval)
	}
	switch {
	case r.Nth > 0:
		words += fmt.Sprintf(" nth %d", r.Nth)
	case r.MonthDay > 0:
		words += fmt.Sprintf(" day %d", r.MonthDay)
	}
	if len(r.Weekdays) > 0 {
		days := make([]string, len(r.Weekdays))
		for i, day := range r.Weekdays {
			days[i] = weekdays[day-1]
		}
		words += " " + strings.Join(days, ",")
	}
	words += " at " + r.Time + " from " + r.StartDate
	if r.Count > 0 {
		return words + fmt.Sprintf(", %d times", r.Count)
	}
	return words + " until " + r.EndDate
}
