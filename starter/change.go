package main

import (
	"context"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// changeFlags are those of every change of an appointment.
type changeFlags struct {
	actFlags
	commandID string
	version   int
	zone      string // of what is free instead
}

func (f *changeFlags) register(cmd *cobra.Command) {
	f.actFlags.register(cmd, appointment.Staff, "the `UUID` of the customer who acts, with --origin portal")
	set := cmd.Flags()
	set.IntVar(&f.version, "expected-version", 0, "refuse if the appointment is at another `VERSION`")
	set.StringVar(&f.commandID, "command-id", "", "`ID` that makes it safe to run again (a new one)")
}

// command is the part that every change has.
func (f *changeFlags) command(id string) (c appointment.Command, err error) {
	if !events.IsUUID(id) {
		return c, usage("%q is no appointment's id: it is a UUID; starter appointments lists them", id)
	}
	if f.version < 0 {
		return c, usage("--expected-version %d: it counts from 1", f.version)
	}
	c = appointment.Command{ID: orNew(f.commandID), AppointmentID: id, ExpectedVersion: f.version}
	c.By, err = f.actor()
	return c, err
}

// change gives the command of a request to the desk and prints the answer.
func change[T any](ctx context.Context, a *app, f *changeFlags, id string, request T,
	send func(desk, context.Context, workflows.ChangeCommand[T]) (workflows.ChangeAnswer, error),
) error {
	cause, err := f.cause(a)
	if err != nil {
		return err
	}
	return a.withDesk(ctx, func(d desk) error {
		answer, err := send(d, ctx, workflows.ChangeCommand[T]{Cause: cause, Request: request, Wait: f.wait})
		if err != nil {
			return unanswered(err, "--command-id "+id)
		}
		return a.changed(answer, id, f.zone)
	})
}

func (a *app) rescheduleCommand() *cobra.Command {
	var f changeFlags
	var r appointment.MoveRequest
	var to string
	cmd := &cobra.Command{
		Use:   "reschedule APPOINTMENT_ID --to TIME [flags]",
		Short: "Move an appointment",
		Long: `Move an appointment. The new time is taken first: whatever fails, the old
appointment stands.`,
		Example:           `  starter reschedule b318dc7a-c90f-55cd-80ea-f353d4ed6c6a --to 2027-03-31T10:00`,
		Args:              positional(1, 1, "the appointment's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.StringVar(&to, "to", "", "new `TIME`, such as 2027-03-31T10:00 (required)")
	set.StringVar(&f.zone, "zone", homeZone, "time `ZONE` of --to, and of what is free instead")
	set.StringVar(&r.StaffID, "staff", "", "`PERSON` who shall do it (the same)")
	set.StringVar(&r.Reason, "reason", "", "`TEXT` for the record")
	set.BoolVar(&r.AcceptFee, "accept-fee", false, "agree to the fee, if there is one")
	set.BoolVar(&r.WaiveFee, "waive-fee", false, "with --origin staff: charge nothing")
	set.BoolVar(&r.Override, "override", false, "with --origin staff: against notice and quota")
	set.BoolVar(&r.Approved, "approved", false, "with --origin staff: the yes to a move that needs one")
	completeDemo(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) (err error) {
		if r.Command, err = f.command(args[0]); err != nil {
			return err
		}
		if to == "" {
			return usage("--to is missing: when shall it be, such as 2027-03-31T10:00?")
		}
		if r.StartsAt, err = zoned("to", to, f.zone); err != nil {
			return err
		}
		if r.StaffID, err = demoID("--staff", domains.DemoStaff, r.StaffID); err != nil {
			return err
		}
		return change(ctx, a, &f, r.ID, r, desk.Reschedule)
	})
	return cmd
}

func (a *app) cancelCommand() *cobra.Command {
	var f changeFlags
	var r appointment.CancelRequest
	cmd := &cobra.Command{
		Use:               "cancel APPOINTMENT_ID [flags]",
		Short:             "Cancel an appointment",
		Example:           `  starter cancel b318dc7a-c90f-55cd-80ea-f353d4ed6c6a --reason "Aylin is ill"`,
		Args:              positional(1, 1, "the appointment's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.StringVar(&r.Reason, "reason", "", "`TEXT` for the record")
	set.BoolVar(&r.AcceptFee, "accept-fee", false, "agree to the fee, if there is one")
	set.BoolVar(&r.WaiveFee, "waive-fee", false, "with --origin staff: charge nothing")
	set.BoolVar(&r.Override, "override", false, "with --origin staff: against notice and quota")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) (err error) {
		if r.Command, err = f.command(args[0]); err != nil {
			return err
		}
		return change(ctx, a, &f, r.ID, r, desk.Cancel)
	})
	return cmd
}

// changed prints the answer to a change.
func (a *app) changed(answer workflows.ChangeAnswer, commandID, zone string) error {
	if err := a.print(answer, func(w io.Writer) {
		v := answer.Appointment
		if v == nil || answer.Refusal != nil {
			return
		}
		more := [][2]string{{"version", strconv.Itoa(v.Version)}}
		if answer.Fee.Cents > 0 {
			more = append(more, [2]string{"fee", price(answer.Fee)})
		}
		a.showAppointment(w, *v, more...)
	}); err != nil {
		return err
	}
	switch answer.State {
	case workflows.Done:
		return nil
	case workflows.NeedsApproval:
		a.say("the old time stays until staff agrees: --origin staff --approved")
		return nil
	case workflows.Processing:
		return exit(exitTimedOut, "the change is being made; ask again with --command-id %s", commandID)
	case workflows.Failed:
		if answer.Refusal != nil {
			return exit(exitFailed, "%s", answer.Refusal)
		}
	default:
	}
	return a.refusedBy(answer.Refusal, answer.Alternatives, zone)
}
