package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/workflows"
)

// datesFlags are a range of dates, both ends included.
type datesFlags struct{ from, to string }

func (f *datesFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.from, "from", "", "first `DAY`, such as 2027-03-01 (30 days until --to)")
	set.StringVar(&f.to, "to", "", "last `DAY` (today)")
}

// limits returns the dates; those that are no dates are refused by whoever is asked.
func (f *datesFlags) limits(a *app) (from, to string, err error) {
	location, err := locationOf(homeZone)
	if err != nil {
		return "", "", err
	}
	if from, to = f.from, f.to; to == "" {
		to = a.now().In(location).Format(time.DateOnly)
	}
	if from == "" {
		last, err := time.Parse(time.DateOnly, to)
		if err != nil {
			return "", "", usage("--to %q: write a date such as 2027-03-30", to)
		}
		from = last.AddDate(0, 0, -29).Format(time.DateOnly)
	}
	return from, to, nil
}

// figuresFlags are those of the commands that show figures.
type figuresFlags struct {
	deskFlags
	datesFlags
	by string
}

func (a *app) figuresCommand() *cobra.Command {
	cmd := a.showFiguresCommand()
	addGroup(cmd, "Commands", a.exportFiguresCommand(), a.rebuildCommand())
	return cmd
}

func (a *app) showFiguresCommand() *cobra.Command {
	return a.askFigures(&cobra.Command{
		Use:   "figures [MEASURE...] [flags]",
		Short: "Show what the business has come to",
		Long: `Show what the business has come to: bookings, visits, money, calls, messages.
Without a MEASURE it shows all of which there is something. Dates are those at
the branch.

` + wrapped("Measures: "+strings.Join(domains.Measures(), ", ")),
		Example: `  starter figures
  starter figures no_show_rate fees --by staff --from 2027-03-01 --to 2027-03-31
  starter figures bookings --by day -o json`,
	}, a.printFigures)
}

func (a *app) exportFiguresCommand() *cobra.Command {
	return a.askFigures(&cobra.Command{
		Use:   "export [MEASURE...] [flags]",
		Short: "Write figures as CSV",
		Long: `Write figures as CSV, whatever --output says. Amounts are in the currency's
smallest unit. A share and a mean are what is in the column sum, divided by what
is in the column of.`,
		Example: `  starter figures export --by day --from 2027-03-01 --to 2027-03-31 > march.csv`,
	}, func(_ figures.Query, all []figures.Measure) error { return exportFigures(a.stdout, all) })
}

// askFigures makes a command that asks for figures and hands them to show.
func (a *app) askFigures(cmd *cobra.Command, show func(q figures.Query, all []figures.Measure) error) *cobra.Command {
	var f figuresFlags
	f.deskFlags.register(cmd)
	f.datesFlags.register(cmd)
	cmd.Flags().StringVar(&f.by, "by", "", "`DIMENSION` to break it down by, such as day (all in one)")
	complete(cmd, "by", func(string) []string { return domains.Dimensions() })
	cmd.ValidArgsFunction = func(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return withPrefix(domains.Measures(), prefix), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.Args = positional(0, -1, "")
	cmd.RunE = a.runE(func(ctx context.Context, measures []string) error {
		from, to, err := f.limits(a)
		if err != nil {
			return err
		}
		q := figures.Query{Measures: measures, From: from, To: to, By: f.by}
		all, err := ask[[]figures.Measure](ctx, a, &f.deskFlags, workflows.StepReport, "", q)
		if err != nil {
			return err
		}
		return show(q, all)
	})
	return cmd
}

func (a *app) printFigures(q figures.Query, all []figures.Measure) error {
	var rows [][]string
	for _, m := range all {
		for _, r := range m.Rows {
			value, of := figure(m.Unit, r)
			rows = append(rows, []string{m.Name, r.Group, value, of})
		}
	}
	if err := printList(a, all, func(w io.Writer) {
		names := []string{"MEASURE", "GROUP", ">FIGURE", ">OF"}
		if q.By == "" { // there is but one group
			names = append(names[:1], names[2:]...)
			for i, row := range rows {
				rows[i] = append(row[:1], row[2:]...)
			}
		}
		a.rows(w, names, rows)
	}); err != nil {
		return err
	}
	if len(rows) == 0 {
		a.say("nothing from %s to %s", q.From, q.To)
	}
	return nil
}

// figure writes a row for people, and what a share or a mean is of.
func figure(unit figures.Unit, r figures.Row) (value, of string) {
	switch unit {
	case figures.Money:
		sign := ""
		if r.Sum < 0 {
			sign, r.Sum = "-", -r.Sum
		}
		return sign + price(appointment.Money{Cents: r.Sum, Currency: r.Currency}), ""
	case figures.Share:
		return r.Percent(), fmt.Sprintf("%d of %d", r.Sum, r.Of)
	case figures.Seconds:
		if r.Of == 0 {
			return "", "0"
		}
		return span(time.Duration(r.Mean()) * time.Second), strconv.FormatInt(r.Of, 10)
	case figures.Count:
	}
	return strconv.FormatInt(r.Sum, 10), ""
}

func exportFigures(w io.Writer, all []figures.Measure) error {
	out := csv.NewWriter(w)
	lines := [][]string{{"measure", "unit", "group", "currency", "sum", "of"}}
	for _, m := range all {
		for _, r := range m.Rows {
			lines = append(lines, []string{m.Name, string(m.Unit), r.Group, r.Currency, strconv.FormatInt(r.Sum, 10), strconv.FormatInt(r.Of, 10)})
		}
	}
	return out.WriteAll(lines)
}

func (a *app) rebuildCommand() *cobra.Command {
	var f deskFlags
	var dates datesFlags
	cmd := &cobra.Command{
		Use:   "rebuild [flags]",
		Short: "Make figures anew from the audit trail",
		Long: `Make figures anew from the audit trail: the facts of these days are taken away,
and everything that has happened is told again. It is done as a whole or not at
all, one at a time for a tenant.`,
		Example:           `  starter figures rebuild --from 2027-03-01 --to 2027-03-31`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	dates.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		from, to, err := dates.limits(a)
		if err != nil {
			return err
		}
		q := figures.RebuildRequest{ID: orNew(""), From: from, To: to}
		done, err := ask[figures.Rebuilt](ctx, a, &f, workflows.StepRebuild, "", q)
		if err != nil {
			return err
		}
		return a.print(done, func(w io.Writer) {
			a.pairs(w, [2]string{"from", from}, [2]string{"to", to},
				[2]string{"events", strconv.Itoa(done.Events)}, [2]string{"days", strconv.Itoa(done.Days)})
		})
	})
	return cmd
}
