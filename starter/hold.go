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
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

// holdFlags are those of the hold command.
type holdFlags struct {
	deskFlags
	wanted           appointment.SlotsQuery
	hold             availability.HoldRequest
	at, zone, origin string
}

func (a *app) holdCommand() *cobra.Command {
	var f holdFlags
	cmd := &cobra.Command{
		Use:   "hold SERVICE --at TIME --session SESSION [flags]",
		Short: "Keep a time for a few minutes",
		Long: `Keep a time for five minutes, for whoever books it in the same session. A
session has one hold: the next one replaces it.`,
		Example:           `  starter hold damen --at 2027-03-30T10:00 --session call-42`,
		Args:              positional(1, 1, "the service"),
		ValidArgsFunction: completeService,
	}
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVar(&f.at, "at", "", "`TIME`, such as 2027-03-30T10:00 (required)")
	set.StringVar(&f.hold.Session, "session", "", "`SESSION`, such as a call's id (required)")
	set.StringVar(&f.zone, "zone", homeZone, "time `ZONE` of --at")
	set.StringVar(&f.wanted.BranchID, "branch", "berlin", "`BRANCH`, a UUID or a name of the demo")
	set.StringVar(&f.wanted.StaffID, "staff", "", "`PERSON` who shall do it (anybody)")
	set.StringVar(&f.hold.Phone, "phone", "", "the customer's `NUMBER`")
	set.StringVar(&f.hold.HoldID, "id", "", "the hold's `UUID`, which makes it safe to run again (a new one)")
	registerOrigin(cmd, &f.origin, appointment.Web)
	f.deskFlags.register(cmd)
	completeDemo(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		cause, err := f.command(a, args[0])
		if err != nil {
			return err
		}
		return a.withDesk(ctx, func(d desk) error {
			var p appointment.Prepared
			if err := d.Ask(ctx, workflows.StepDemand, workflows.StepRequest[any]{Cause: cause, Request: f.wanted}, &p); err != nil {
				return err
			}
			f.hold.Demand = p.Demand
			held, err := d.Hold(ctx, workflows.HoldCommand[availability.HoldRequest]{Cause: cause, Request: f.hold})
			if err != nil {
				return unanswered(err, "--id "+f.hold.HoldID)
			}
			return a.held(held, p, f.hold.Session)
		})
	})
	return cmd
}

// command makes the question and the request of the flags.
func (f *holdFlags) command(a *app, service string) (cause workflows.Cause, err error) {
	if f.wanted.ServiceID, err = demoID("SERVICE", domains.DemoService, service); err != nil {
		return cause, err
	}
	if err := demoIDs(&f.wanted.BranchID, &f.wanted.StaffID); err != nil {
		return cause, err
	}
	switch {
	case f.at == "":
		return cause, usage("--at is missing: when shall it be? starter slots %s shows what is free", service)
	case f.hold.Session == "":
		return cause, usage("--session is missing: whose hold is it? A call's id, or a word of your own")
	}
	if f.hold.HoldID = orNew(f.hold.HoldID); !events.IsUUID(f.hold.HoldID) {
		return cause, usage("--id %q: it is a UUID in lower case", f.hold.HoldID)
	}
	if f.hold.Start, err = zoned("at", f.at, f.zone); err != nil {
		return cause, err
	}
	if f.wanted.By, err = byOf(f.origin); err != nil {
		return cause, err
	}
	f.wanted.Session, f.wanted.From = f.hold.Session, f.hold.Start
	f.hold.Channel, f.hold.Staff = f.origin, f.wanted.By.Origin == appointment.Staff
	f.hold.Phone = domains.E164(f.hold.Phone, demoRegion)
	return f.cause(a)
}

// held prints a hold.
func (a *app) held(held availability.Hold, p appointment.Prepared, session string) error {
	if err := a.print(held, func(w io.Writer) {
		rows := [][2]string{{"hold", held.HoldID}, {"service", p.Display.ServiceName}}
		if n := len(held.Phases); n > 0 {
			first, last := held.Phases[0], held.Phases[n-1]
			rows = append(rows, [2]string{"with", strings.Join(people(held.Phases, p.Names), ", ")},
				[2]string{"starts", a.local(first.StartsAt, p.Zone)}, [2]string{"takes", minutes(first.StartsAt, last.EndsAt)})
		}
		a.pairs(w, append(rows, [2]string{"held until", a.local(held.ExpiresAt, p.Zone)})...)
	}); err != nil {
		return err
	}
	a.say("next: starter book … --session %s, or starter renew or release %s --session %s", session, held.HoldID, session)
	return nil
}

// people are those of the phases, each once, by name where it is known.
func people(phases []availability.Placed, known map[string]string) []string {
	var all []string
	for _, p := range phases {
		name := known[p.StaffID]
		if name == "" {
			name = p.StaffID
		}
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// keptFlags are those of what is done with a hold.
type keptFlags struct {
	deskFlags
	session, zone string
}

func (f *keptFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVar(&f.session, "session", "", "`SESSION` that it is kept for (required)")
	set.StringVar(&f.zone, "zone", homeZone, "time `ZONE` of the answer")
	f.deskFlags.register(cmd)
}

// command is the cause of what is done with a hold.
func (f *keptFlags) command(a *app, id string) (workflows.Cause, error) {
	switch {
	case !events.IsUUID(id):
		return workflows.Cause{}, usage("%q is no hold's id: it is a UUID; starter hold prints it", id)
	case f.session == "":
		return workflows.Cause{}, usage("--session is missing: it is that of starter hold")
	}
	if _, err := locationOf(f.zone); err != nil {
		return workflows.Cause{}, err
	}
	return f.cause(a)
}

func (a *app) renewCommand() *cobra.Command {
	var f keptFlags
	cmd := &cobra.Command{
		Use:   "renew HOLD_ID --session SESSION [flags]",
		Short: "Keep a hold for longer",
		Long: `Keep a hold for five minutes from now, and for fifteen at most since it was
taken. One that ran out is refused: take a new one.`,
		Example:           `  starter renew 01a21323-4f1b-7987-9b98-b9eb3b46dc8e --session call-42`,
		Args:              positional(1, 1, "the hold's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		cause, err := f.command(a, args[0])
		if err != nil {
			return err
		}
		return a.withDesk(ctx, func(d desk) error {
			r := availability.RenewRequest{HoldID: args[0], Session: f.session}
			held, err := d.Renew(ctx, workflows.HoldCommand[availability.RenewRequest]{Cause: cause, Request: r})
			if err != nil {
				return unanswered(err, "the same words")
			}
			return a.print(held, func(w io.Writer) {
				a.pairs(w, [2]string{"hold", held.HoldID}, [2]string{"held until", a.local(held.ExpiresAt, f.zone)})
			})
		})
	})
	return cmd
}

func (a *app) releaseCommand() *cobra.Command {
	var f keptFlags
	cmd := &cobra.Command{
		Use:               "release HOLD_ID --session SESSION [flags]",
		Short:             "Give a hold back",
		Long:              `Give a hold back. To release what is not held any more is fine.`,
		Example:           `  starter release 01a21323-4f1b-7987-9b98-b9eb3b46dc8e --session call-42`,
		Args:              positional(1, 1, "the hold's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		cause, err := f.command(a, args[0])
		if err != nil {
			return err
		}
		return a.withDesk(ctx, func(d desk) error {
			r := availability.ReleaseRequest{HoldID: args[0], Session: f.session, Reason: availability.ReleasedAbandoned}
			released, err := d.Release(ctx, workflows.HoldCommand[availability.ReleaseRequest]{Cause: cause, Request: r})
			if err != nil {
				return unanswered(err, "the same words")
			}
			return a.released(released, f.zone)
		})
	})
	return cmd
}

// released prints what was given back.
func (a *app) released(released availability.Released, zone string) error {
	if err := a.print(released, func(w io.Writer) {
		rows := make([][]string, len(released.Spans))
		for i, s := range released.Spans {
			rows[i] = []string{a.local(s.StartsAt, zone), minutes(s.StartsAt, s.EndsAt)}
		}
		a.rows(w, []string{"GIVEN BACK", ">TAKES"}, rows)
	}); err != nil {
		return err
	}
	if len(released.Spans) == 0 {
		a.say("it was not held any more")
	}
	return nil
}
