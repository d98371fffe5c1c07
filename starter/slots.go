package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/domains"
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
them fictitious. Prints the short names that other commands take. Loading them
twice changes nothing.`,
		Example:           `  starter seed`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		if _, err := ask[struct{}](ctx, a, &f, workflows.StepSeed, "seed", struct{}{}); err != nil {
			return err
		}
		things := domains.DemoThings()
		if err := printList(a, things, func(w io.Writer) {
			rows := make([][]string, len(things))
			for i, t := range things {
				rows[i] = []string{string(t.Kind), t.Short, t.Name, t.ID}
			}
			a.table(w, []string{"KIND", "SHORT", "NAME", "ID"}, rows)
		}); err != nil {
			return err
		}
		a.say("the demo salons are there; next: starter slots damen --branch berlin")
		return nil
	})
	return cmd
}

// slotsFlags are those of the slots command.
type slotsFlags struct {
	deskFlags
	period
	query  appointment.SlotsQuery
	origin string
}

func (a *app) slotsCommand() *cobra.Command {
	var f slotsFlags
	cmd := &cobra.Command{
		Use:   "slots SERVICE [flags]",
		Short: "Show when a service can be had",
		Example: `  starter slots damen --branch berlin
  starter slots ansatz --staff aylin --from 2027-03-30 --days 1`,
		Args:              positional(1, 1, "the service"),
		ValidArgsFunction: completeService,
	}
	f.deskFlags.register(cmd)
	set := cmd.Flags()
	set.StringVar(&f.query.BranchID, "branch", "berlin", "`BRANCH`, a UUID or a name of the demo")
	set.StringVar(&f.query.StaffID, "staff", "", "`PERSON` who shall do it (anybody)")
	f.period.register(set, 7)
	set.IntVar(&f.query.Limit, "limit", 20, "at most `N` slots")
	registerOrigin(cmd, &f.origin, appointment.Web)
	completeDemo(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		q, err := f.question(a, args[0])
		if err != nil {
			return err
		}
		slots, err := ask[appointment.Slots](ctx, a, &f.deskFlags, workflows.StepFreeSlots, "", q)
		if err != nil {
			return err
		}
		return a.printSlots(slots)
	})
	return cmd
}

// question makes the question of the flags.
func (f *slotsFlags) question(a *app, service string) (q appointment.SlotsQuery, err error) {
	const month = 31
	q = f.query
	if err = demoIDs(&q.BranchID, &q.StaffID); err != nil {
		return q, err
	}
	if q.ServiceID, err = demoID("SERVICE", domains.DemoService, service); err != nil {
		return q, err
	}
	if q.Limit < 1 {
		return q, usage("--limit %d: it must be at least 1", q.Limit)
	}
	if q.From, q.Until, err = f.limits(a.now(), month); err != nil {
		return q, err
	}
	q.Any = q.StaffID == ""
	q.By, err = byOf(f.origin)
	return q, err
}

func (a *app) printSlots(slots appointment.Slots) error {
	if err := printList(a, slots.Slots, func(w io.Writer) {
		rows := make([][]string, len(slots.Slots))
		for i, s := range slots.Slots {
			rows[i] = []string{a.local(s.StartsAt, slots.Zone), minutes(s.StartsAt, s.EndsAt), staffOf(s, slots.Names)}
		}
		a.rows(w, []string{"START", ">TAKES", "WITH"}, rows)
	}); err != nil {
		return err
	}
	if len(slots.Slots) == 0 {
		a.say("nothing is free then: ask for another --from, more --days, or anybody")
	}
	if slots.Stale {
		a.say("the calendar has not been heard of lately: some of it may be taken")
	}
	return nil
}

// rows writes a table, unless there is nothing in it.
func (a *app) rows(w io.Writer, names []string, rows [][]string) {
	if len(rows) > 0 {
		a.table(w, names, rows)
	}
}

func staffOf(s availability.Slot, known map[string]string) string {
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

// completeDemo completes --branch and --staff with the demo's names.
func completeDemo(cmd *cobra.Command) {
	for flag, kind := range map[string]domains.DemoKind{"branch": domains.DemoBranch, "staff": domains.DemoStaff} {
		if cmd.Flags().Lookup(flag) != nil {
			complete(cmd, flag, demoNames(kind))
		}
	}
}

func price(m appointment.Money) string {
	const hundred = 100
	if m.Currency == "" {
		return ""
	}
	return fmt.Sprintf("%d.%02d %s", m.Cents/hundred, m.Cents%hundred, m.Currency)
}
