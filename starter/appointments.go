package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// appointmentsFlags are those of the appointments command.
type appointmentsFlags struct {
	deskFlags
	period
	query  appointment.ListQuery
	status string
}

func (a *app) appointmentsCommand() *cobra.Command {
	var f appointmentsFlags
	cmd := &cobra.Command{
		Use:   "appointments [flags]",
		Short: "List appointments",
		Example: `  starter appointments --days 1
  starter appointments --branch berlin --status pending -o json`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.deskFlags.register(cmd)
	set := cmd.Flags()
	set.StringVar(&f.query.BranchID, "branch", "", "`BRANCH`, a UUID or a name of the demo (all)")
	set.StringVar(&f.query.CustomerID, "customer", "", "the customer's `UUID` (all)")
	set.StringVar(&f.status, "status", "", "`STATUS` such as confirmed (all)")
	f.period.register(set, 30)
	set.IntVar(&f.query.Limit, "limit", 100, "at most `N` appointments")
	complete(cmd, "status", func(string) []string { return words(appointment.Statuses) })
	completeDemo(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		q, err := f.question(a)
		if err != nil {
			return err
		}
		listed, err := ask[[]appointment.Listed](ctx, a, &f.deskFlags, workflows.StepList, "", q)
		if err != nil {
			return err
		}
		return a.printAppointments(listed, q.Limit)
	})
	return cmd
}

// question makes the question of the flags.
func (f *appointmentsFlags) question(a *app) (q appointment.ListQuery, err error) {
	const most, years = 1000, 3660
	q = f.query
	if q.BranchID, err = demoID("--branch", domains.DemoBranch, q.BranchID); err != nil {
		return q, err
	}
	known := words(appointment.Statuses)
	switch {
	case q.CustomerID != "" && !events.IsUUID(q.CustomerID):
		return q, customerID(q.CustomerID)
	case f.status != "" && !slices.Contains(known, f.status):
		return q, usage("--status %q: choose %s", f.status, orList(known))
	case q.Limit < 1 || q.Limit > most:
		return q, usage("--limit %d: ask for 1 to %d", q.Limit, most)
	}
	q.Status = appointment.Status(f.status)
	q.From, q.Until, err = f.limits(a.now(), years)
	return q, err
}

func (a *app) printAppointments(listed []appointment.Listed, limit int) error {
	if err := printList(a, listed, func(w io.Writer) {
		rows := make([][]string, len(listed))
		for i, l := range listed {
			rows[i] = []string{
				a.local(l.StartsAt, l.Zone), minutes(l.StartsAt, l.EndsAt), l.ServiceName,
				strings.Join(l.StaffNames, ", "), string(l.Status), l.AppointmentID,
			}
		}
		a.rows(w, []string{"START", ">TAKES", "SERVICE", "WITH", "STATUS", "APPOINTMENT"}, rows)
	}); err != nil {
		return err
	}
	switch len(listed) {
	case 0:
		a.say("no such appointments")
	case limit:
		a.say("there may be more: ask for a later --from, or a larger --limit")
	}
	return nil
}
