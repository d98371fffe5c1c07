package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

func (a *app) appointmentsCommand() *cobra.Command {
	var f deskFlags
	var q appointment.ListQuery
	var from, zone, status string
	var days int
	cmd := &cobra.Command{
		Use:   "appointments [flags]",
		Short: "List appointments",
		Example: `  starter appointments --days 1
  starter appointments --branch berlin --status pending -o json`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.StringVar(&q.BranchID, "branch", "", "`BRANCH`, a UUID or a name of the demo (all)")
	set.StringVar(&q.CustomerID, "customer", "", "the customer's `UUID` (all)")
	set.StringVar(&status, "status", "", "`STATUS` such as confirmed (all)")
	set.StringVar(&from, "from", "", "first `INSTANT` (now)")
	set.IntVar(&days, "days", 30, "`NUMBER` of days")
	set.IntVar(&q.Limit, "limit", 100, "at most `N` appointments")
	set.StringVar(&zone, "zone", "Europe/Berlin", "time `ZONE` of --from")
	complete(cmd, "status", func(string) []string { return statuses() })
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) (err error) {
		if err := ids(map[string]*string{"branch": &q.BranchID, "customer": &q.CustomerID}); err != nil {
			return err
		}
		if q.Status = appointment.Status(status); status != "" && !strings.Contains(" "+strings.Join(statuses(), " ")+" ", " "+status+" ") {
			return usage("--status %q: choose one of %s", status, strings.Join(statuses(), ", "))
		}
		if days < 1 {
			return usage("--days %d: ask for 1 or more days", days)
		}
		q.From = a.now().UTC()
		if from != "" {
			if q.From, err = zoned("from", from, zone); err != nil {
				return err
			}
		}
		q.Until = q.From.AddDate(0, 0, days)
		return a.withDesk(ctx, func(d desk) error {
			listed, err := ask[[]appointment.Listed](ctx, d, workflows.StepList, workflows.StepRequest[any]{Cause: f.cause(a), Request: q})
			if err != nil {
				return err
			}
			return printList(a, listed, func(w io.Writer) {
				rows := make([][]string, len(listed))
				for i, l := range listed {
					rows[i] = []string{local(l.StartsAt, l.Zone), fmt.Sprint(l.EndsAt.Sub(l.StartsAt).Round(time.Minute)), l.ServiceName, strings.Join(l.StaffNames, ", "), string(l.Status), l.AppointmentID}
				}
				a.table(w, []string{"START", ">TAKES", "SERVICE", "WITH", "STATUS", "APPOINTMENT"}, rows)
			})
		})
	})
	return cmd
}

func statuses() []string {
	var all []string
	for _, s := range appointment.Statuses {
		all = append(all, string(s))
	}
	return all
}

func (a *app) customersCommand() *cobra.Command {
	var f deskFlags
	var q customer.FindQuery
	cmd := &cobra.Command{
		Use:   "customers [NAME | NUMBER | ADDRESS] [flags]",
		Short: "Find customers",
		Example: `  starter customers "Ida Probst"
  starter customers +491713920011 -o json`,
		Args:              positional(0, 1, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.Flags().StringVar(&q.Region, "region", "DE", "`COUNTRY` of a number that names none")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		q.Text = strings.Join(args, " ")
		return a.withDesk(ctx, func(d desk) error {
			found, err := ask[[]customer.Profile](ctx, d, workflows.StepFindCustomers, workflows.StepRequest[any]{Cause: f.cause(a), Request: q})
			if err != nil {
				return err
			}
			return printList(a, found, func(w io.Writer) {
				rows := make([][]string, len(found))
				for i, p := range found {
					var contacts []string
					for _, c := range p.Contacts {
						contacts = append(contacts, c.Value)
					}
					rows[i] = []string{p.DisplayName, p.CustomerID, strings.Join(contacts, ", ")}
				}
				a.table(w, []string{"NAME", "CUSTOMER", "CONTACTS"}, rows)
			})
		})
	})
	return cmd
}
