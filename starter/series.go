package main

import (
	"context"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

func (a *app) seriesCommand() *cobra.Command {
	cmd, list := a.listSeriesCommand(), a.listSeriesCommand()
	list.Use, list.Short = "list [flags]", "List series"
	cmd.Long = `Book series of appointments, and change them. Each appointment of a series is
booked when it comes into reach; one that is not free is left out. Without a
command it lists.`
	cmd.Example = `  starter series plan damen --at 2027-03-30T10:00 --count 5 --name Vera
  starter series skip 0198c0de-0000-7000-8000-0000000000d1 --date 2027-04-06
  starter series end 0198c0de-0000-7000-8000-0000000000d1`
	cmd.Args = noSubcommand
	addGroup(cmd, "Commands", a.planSeriesCommand(), list, a.changeSeriesCommand(), a.skipCommand(), a.endSeriesCommand())
	return cmd
}

// seriesFlags are those of the command that plans a series.
type seriesFlags struct {
	bookFlags
	ruleFlags
	id string
}

func (a *app) planSeriesCommand() *cobra.Command {
	var f seriesFlags
	cmd := &cobra.Command{
		Use:   "plan SERVICE --at TIME --count N|--until DATE [flags]",
		Short: "Book a series of appointments",
		Long: `Book a series of appointments. Its first day and its time of day are those of
--at; the time of day stays when the clocks change.`,
		Example: `  starter series plan damen --at 2027-03-30T10:00 --count 5 --name Vera
  starter series plan damen --at 2027-03-30T10:00 --until 2027-05-04
  starter series plan herren --at 2027-03-30T10:00 --interval 2 --count 5
  starter series plan herren --at 2027-01-31T10:00 --frequency monthly --count 6`,
		Args:              positional(1, 1, "the service"),
		ValidArgsFunction: completeService,
	}
	f.bookFlags.register(cmd)
	f.ruleFlags.register(cmd)
	cmd.Flags().StringVar(&f.id, "id", "", "the series' `UUID`, which makes it safe to run again (a new one)")
	for _, other := range []string{"key", "session", "call", "caller"} {
		_ = cmd.Flags().MarkHidden(other) // they are of one booking
	}
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		command, err := f.command(a, args[0])
		if err != nil {
			return err
		}
		return a.withDesk(ctx, func(d desk) error {
			answer, err := d.Plan(ctx, command)
			if err != nil {
				return unanswered(err, "--id "+f.id)
			}
			return a.planned(answer, f.zone)
		})
	})
	return cmd
}

// command makes the command of the flags.
func (f *seriesFlags) command(a *app, service string) (c workflows.SeriesPlanCommand, err error) {
	book, err := f.bookFlags.command(a, service)
	if err != nil {
		return c, err
	}
	location, err := locationOf(f.zone)
	if err != nil {
		return c, err
	}
	rule, err := f.rule(book.Booking.StartsAt.In(location))
	if err != nil {
		return c, err
	}
	f.id = orNew(f.id)
	if f.id, err = seriesID("--id ", f.id); err != nil {
		return c, err
	}
	book.Booking.Key = ""
	return workflows.SeriesPlanCommand{
		Cause: book.Cause, Who: book.Who, Wait: f.wait,
		Series: appointment.SeriesRequest{SeriesID: f.id, Template: book.Booking, Rule: rule},
	}, nil
}

func seriesID(flag, value string) (string, error) {
	if !events.IsUUID(value) {
		return "", usage("%s%q: a series' id is a UUID in lower case; starter series lists them", flag, value)
	}
	return value, nil
}

// planned prints what became of a series.
func (a *app) planned(answer workflows.SeriesAnswer, zone string) error {
	if err := a.print(answer, func(w io.Writer) {
		if answer.Refusal != nil {
			return
		}
		a.pairs(w, [2]string{"series", answer.SeriesID}, [2]string{"booked", strconv.Itoa(len(answer.Created))},
			[2]string{"left out", strconv.Itoa(len(answer.Skipped))}, [2]string{"goes on", a.local(answer.NextAt, zone)})
		a.leftOut(w, answer.Skipped)
	}); err != nil {
		return err
	}
	switch answer.State {
	case workflows.Done:
		return nil
	case workflows.Processing:
		return exit(exitTimedOut, "the series is being booked; ask again with --id %s", answer.SeriesID)
	default:
	}
	return a.refusedBy(answer.Refusal, nil, "")
}

// leftOut writes the occurrences that are not booked.
func (a *app) leftOut(w io.Writer, skipped []appointment.Skipped) {
	rows := make([][]string, len(skipped))
	for i, s := range skipped {
		rows[i] = []string{s.Date, s.Code}
	}
	a.rows(w, []string{"LEFT OUT", "WHY"}, rows)
}
