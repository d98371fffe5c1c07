package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

func (a *app) seedCommand() *cobra.Command {
	var f deskFlags
	cmd := &cobra.Command{
		Use:   "seed [flags]",
		Short: "Load the demo salons",
		Long: `Load the demo salons: branches, staff, services, policies and customers, all of
them fictitious. Loading them twice changes nothing.`,
		Example:           `  starter seed`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		return a.withDesk(ctx, func(d desk) error {
			if _, err := ask[struct{}](ctx, d, workflows.StepSeed, workflows.StepRequest[any]{Cause: f.cause(a), Subject: "seed", Request: struct{}{}}); err != nil {
				return err
			}
			a.say("the demo salons are there; try: starter slots damen --branch berlin")
			return nil
		})
	})
	return cmd
}

func (a *app) slotsCommand() *cobra.Command {
	var f deskFlags
	var q appointment.SlotsQuery
	var from, zone, origin string
	var days int
	cmd := &cobra.Command{
		Use:   "slots SERVICE [flags]",
		Short: "Show when a service can be had",
		Example: `  starter slots damen --branch berlin
  starter slots ansatz --branch berlin --staff aylin --from 2027-03-30T00:00 --days 1`,
		Args:              positional(1, 1, "the service"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.StringVar(&q.BranchID, "branch", "berlin", "`BRANCH`, a UUID or a name of the demo")
	set.StringVar(&q.StaffID, "staff", "", "`PERSON` who shall do it (anybody)")
	set.StringVar(&from, "from", "", "first `INSTANT` (now)")
	set.IntVar(&days, "days", 7, "`NUMBER` of days")
	set.IntVar(&q.Limit, "limit", 20, "at most `N` slots")
	set.StringVar(&zone, "zone", "Europe/Berlin", "time `ZONE` of --from and of what is shown")
	set.StringVar(&origin, "origin", string(appointment.Web), "`CHANNEL`: voice, portal, web, api, staff")
	complete(cmd, "origin", func(string) []string { return origins() })
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		var err error
		if err = ids(map[string]*string{"branch": &q.BranchID, "staff": &q.StaffID}); err != nil {
			return err
		}
		if q.ServiceID, err = refOf("service", args[0]); err != nil {
			return err
		}
		if days < 1 || days > 31 {
			return usage("--days %d: ask for 1 to 31 days", days)
		}
		q.From = a.now().UTC()
		if from != "" {
			if q.From, err = zoned("from", from, zone); err != nil {
				return err
			}
		}
		q.Until, q.Any = q.From.AddDate(0, 0, days), q.StaffID == ""
		if q.By, err = byOf(origin); err != nil {
			return err
		}
		return a.withDesk(ctx, func(d desk) error {
			slots, err := ask[appointment.Slots](ctx, d, workflows.StepFreeSlots, workflows.StepRequest[any]{Cause: f.cause(a), Request: q})
			if err != nil {
				return err
			}
			return printList(a, slots.Slots, func(w io.Writer) {
				rows := make([][]string, len(slots.Slots))
				for i, s := range slots.Slots {
					rows[i] = []string{local(s.StartsAt, slots.Zone), fmt.Sprint(s.EndsAt.Sub(s.StartsAt).Round(time.Minute)), names(s, slots.Names)}
				}
				a.table(w, []string{"START", ">TAKES", "WITH"}, rows)
				if len(rows) == 0 {
					a.say("nothing is free; ask for more --days, or for anybody")
				}
			})
		})
	})
	return cmd
}

func names(s availability.Slot, known map[string]string) string {
	var all []string
	for _, id := range s.StaffIDs {
		name := known[id]
		if name == "" {
			name = id
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

// ids reads the ids of some flags.
func ids(flags map[string]*string) error {
	for name, value := range flags {
		id, err := refOf(name, *value)
		if err != nil {
			return err
		}
		*value = id
	}
	return nil
}

func origins() []string {
	var all []string
	for _, o := range appointment.Origins {
		all = append(all, string(o))
	}
	return all
}

// byOf is who acts over a channel.
func byOf(origin string) (appointment.By, error) {
	for _, o := range appointment.Origins {
		if string(o) != origin {
			continue
		}
		by := appointment.By{Origin: o, Role: appointment.CustomerRole}
		if o == appointment.Staff {
			by.Role = appointment.Manager
		}
		return by, nil
	}
	return appointment.By{}, usage("--origin %q: choose one of %s", origin, strings.Join(origins(), ", "))
}
