package main

import (
	"context"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// seriesChangeFlags are those of every change of a series.
type seriesChangeFlags struct {
	actFlags
	commandID string
}

func (f *seriesChangeFlags) register(cmd *cobra.Command) {
	f.actFlags.register(cmd, appointment.Staff, "the `UUID` of the customer who acts, with --origin portal")
	cmd.Flags().StringVar(&f.commandID, "command-id", "", "`ID` that makes it safe to run again (a new one)")
}

// tell gives a change of a series to the desk and prints the answer.
func (f *seriesChangeFlags) tell(ctx context.Context, a *app, id string, change appointment.SeriesChange,
	send func(desk, context.Context, workflows.SeriesChangeCommand) (workflows.SeriesAnswer, error),
) (err error) {
	if change.SeriesID, err = seriesID("", id); err != nil {
		return err
	}
	by, err := f.actor()
	if err != nil {
		return err
	}
	cause, err := f.cause(a)
	if err != nil {
		return err
	}
	f.commandID = orNew(f.commandID)
	change.ChangeID = f.commandID
	return a.withDesk(ctx, func(d desk) error {
		answer, err := send(d, ctx, workflows.SeriesChangeCommand{Cause: cause, By: by, Change: change, Wait: f.wait})
		if err != nil {
			return unanswered(err, "--command-id "+f.commandID)
		}
		return a.seriesChanged(answer, f.commandID)
	})
}

func (a *app) changeSeriesCommand() *cobra.Command {
	var f seriesChangeFlags
	var r ruleFlags
	var at, zone string
	cmd := &cobra.Command{
		Use:   "change SERIES_ID --at TIME --count N|--until DATE [flags]",
		Short: "Go on by another rule",
		Long: `Go on by another rule, from the day of --at on. The series ends the day before;
what was booked after that is cancelled, and another series follows. What is
over never changes.`,
		Example: `  starter series change 0198c0de-0000-7000-8000-0000000000d1 \
    --at 2027-04-13T11:00 --count 4`,
		Args:              positional(1, 1, "the series' id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVar(&at, "at", "", "`TIME` from which on the rule is another, such as 2027-04-13T11:00 (required)")
	set.StringVar(&zone, "zone", homeZone, "time `ZONE` of --at")
	r.register(cmd)
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		if at == "" {
			return usage("--at is missing: from when on shall it be another rule, such as 2027-04-13T11:00?")
		}
		location, err := locationOf(zone)
		if err != nil {
			return err
		}
		from, err := zoned("at", at, zone)
		if err != nil {
			return err
		}
		rule, err := r.rule(from.In(location))
		if err != nil {
			return err
		}
		return f.tell(ctx, a, args[0], appointment.SeriesChange{Scope: "future", Date: rule.StartDate, Rule: &rule}, desk.ChangeSeries)
	})
	return cmd
}

func (a *app) skipCommand() *cobra.Command {
	var f seriesChangeFlags
	change := appointment.SeriesChange{Scope: "single"}
	cmd := &cobra.Command{
		Use:               "skip SERIES_ID --date DATE [flags]",
		Short:             "Leave one appointment of a series out",
		Long:              `Leave one appointment of a series out. If it is booked, it is cancelled.`,
		Example:           `  starter series skip 0198c0de-0000-7000-8000-0000000000d1 --date 2027-04-06`,
		Args:              positional(1, 1, "the series' id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&change.Date, "date", "", "its `DATE`, such as 2027-04-06 (required)")
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		if change.Date == "" {
			return usage("--date is missing: which one shall it be, such as 2027-04-06?")
		}
		if err := isDate("date", change.Date); err != nil {
			return err
		}
		return f.tell(ctx, a, args[0], change, desk.ChangeSeries)
	})
	return cmd
}

func (a *app) endSeriesCommand() *cobra.Command {
	var f seriesChangeFlags
	change := appointment.SeriesChange{Scope: "all"}
	cmd := &cobra.Command{
		Use:   "end SERIES_ID [--from DATE] [flags]",
		Short: "End a series",
		Long: `End a series: all that is still to come of it is cancelled, or all from a date
on. What is over never changes.`,
		Example: `  starter series end 0198c0de-0000-7000-8000-0000000000d1
  starter series end 0198c0de-0000-7000-8000-0000000000d1 --from 2027-05-01`,
		Args:              positional(1, 1, "the series' id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&change.Date, "from", "", "first `DATE` without, such as 2027-05-01 (now)")
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		if change.Date != "" {
			if err := isDate("from", change.Date); err != nil {
				return err
			}
			change.Scope = "future"
		}
		return f.tell(ctx, a, args[0], change, desk.EndSeries)
	})
	return cmd
}

// seriesChanged prints the answer to a change of a series.
func (a *app) seriesChanged(answer workflows.SeriesAnswer, commandID string) error {
	if err := a.print(answer, func(w io.Writer) {
		if answer.Refusal != nil {
			return
		}
		a.pairs(w, [2]string{"series", answer.SeriesID}, [2]string{"cancelled", strconv.Itoa(len(answer.Cancelled))}, [2]string{"followed by", answer.Follows})
		a.leftOut(w, answer.Skipped)
		var rows [][]string
		for _, id := range slices.Sorted(maps.Keys(answer.Kept)) {
			rows = append(rows, []string{id, answer.Kept[id]})
		}
		a.rows(w, []string{"STAYS", "WHY"}, rows)
	}); err != nil {
		return err
	}
	switch {
	case answer.State == workflows.Processing:
		return exit(exitTimedOut, "the series is being changed; ask again with --command-id %s", commandID)
	case answer.State != workflows.Done:
		return a.refusedBy(answer.Refusal, nil, "")
	case len(answer.Kept) > 0:
		return exit(exitSomeFailed, "%d could not be cancelled: starter cancel says why, for each", len(answer.Kept))
	}
	return nil
}
