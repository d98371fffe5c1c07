package main

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// seriesFlags are those of the series command.
type seriesFlags struct {
	bookFlags
	weekly, count int
	id            string
}

func (a *app) seriesCommand() *cobra.Command {
	var f seriesFlags
	cmd := &cobra.Command{
		Use:   "series SERVICE --at TIME --count N [flags]",
		Short: "Book a series of appointments",
		Long: `Book a series of appointments, on the weekday and at the local time of --at.
Each is booked when it comes into reach; one that is not free is left out.`,
		Example:           `  starter series damen --at 2027-03-30T10:00 --weekly 2 --count 5 --name Vera`,
		Args:              positional(1, 1, "the service"),
		ValidArgsFunction: completeService,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.IntVar(&f.weekly, "weekly", 1, "every `N` weeks")
	set.IntVar(&f.count, "count", 0, "`NUMBER` of appointments (required)")
	set.StringVar(&f.id, "id", "", "the series' `UUID`, which makes it safe to run again (a new one)")
	for _, other := range []string{"key", "session", "call", "caller"} {
		_ = set.MarkHidden(other) // they are of one booking
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
	switch {
	case f.count < 1:
		return c, usage("--count is missing: how many appointments shall it be?")
	case f.id == "":
		f.id = uuid.Must(uuid.NewV7()).String()
	case !events.IsUUID(f.id):
		return c, usage("--id %q: it is a UUID in lower case", f.id)
	}
	location, err := locationOf(f.zone)
	if err != nil {
		return c, err
	}
	const week = 7
	at := book.Booking.StartsAt.In(location)
	book.Booking.Key = ""
	return workflows.SeriesPlanCommand{Cause: book.Cause, Who: book.Who, Wait: f.wait, Series: appointment.SeriesRequest{
		SeriesID: f.id, Template: book.Booking,
		Rule: appointment.SeriesRule{
			Frequency: "weekly", Interval: f.weekly, Weekdays: []int{(int(at.Weekday())+week-1)%week + 1},
			StartDate: at.Format(time.DateOnly), Time: at.Format("15:04"), Count: f.count,
		},
	}}, nil
}

// planned prints what became of a series.
func (a *app) planned(answer workflows.SeriesAnswer, zone string) error {
	if err := a.print(answer, func(w io.Writer) {
		if answer.Refusal != nil {
			return
		}
		a.pairs(w, [2]string{"series", answer.SeriesID}, [2]string{"booked", strconv.Itoa(len(answer.Created))},
			[2]string{"left out", strconv.Itoa(len(answer.Skipped))}, [2]string{"goes on", a.local(answer.NextAt, zone)})
		rows := make([][]string, len(answer.Skipped))
		for i, s := range answer.Skipped {
			rows[i] = []string{s.Date, s.Code}
		}
		a.rows(w, []string{"LEFT OUT", "WHY"}, rows)
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
