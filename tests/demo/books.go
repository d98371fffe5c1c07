package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/workflows"
)

// printBooks prints what it all has come to, once the figures have every booking.
func (r *reception) printBooks(ctx context.Context) error {
	const booked, days = 6, 60 // bookings of the story, and days in which their visits are
	today := time.Now().In(r.zone)
	q := figures.Query{
		Measures: []string{"bookings", "reschedules", "visits_booked", "booked_value", "unmet_demand"},
		From:     today.AddDate(0, 0, -1).Format(time.DateOnly), To: today.AddDate(0, 0, days).Format(time.DateOnly),
	}
	var all []figures.Measure
	err := harness.Await(ctx, patience, func(ctx context.Context) (bool, error) {
		if err := r.steps.Ask(ctx, workflows.StepReport, workflows.StepRequest[any]{Cause: cause(uuid.NewString()), Request: q}, &all); err != nil {
			return true, err
		}
		if len(all[0].Rows) != 1 || all[0].Rows[0].Sum != booked {
			return false, fmt.Errorf("the figures have not every booking: %v", all[0].Rows)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	books := table.NewWriter()
	books.SetStyle(table.StyleLight)
	books.AppendHeader(table.Row{"figure", ""})
	for _, m := range all {
		for _, row := range m.Rows {
			value := fmt.Sprint(row.Sum)
			if m.Unit == figures.Money {
				value = fmt.Sprintf("%.2f %s", float64(row.Sum)/100, row.Currency) //nolint:mnd // cents
			}
			books.AppendRow(table.Row{m.Name, value})
		}
	}
	fmt.Printf("\nWhat it has come to (starter figures):\n\n%s\n", books.Render())
	return nil
}
