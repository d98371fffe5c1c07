package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

// bookFlags are those of the book command.
type bookFlags struct {
	deskFlags
	booking              appointment.BookRequest
	who                  customer.Query
	at, zone, origin     string
	chosen, network, key string
	wait                 time.Duration
}

func (a *app) bookCommand() *cobra.Command {
	var f bookFlags
	cmd := &cobra.Command{
		Use:   "book SERVICE --at TIME --name NAME --phone NUMBER [flags]",
		Short: "Book an appointment",
		Long: `Book an appointment. The answer comes within --wait: booked, refused with what is
free instead, or "processing" if the calendar is slow. Ask again with the same
--key: the same key is the same appointment, however often it is asked for.`,
		Example: `  starter book damen --at 2027-03-30T10:00 --name "Vera Neuling" --phone +491713920019
  starter book ansatz --staff aylin --at 2027-03-30T10:00 --name "Karl Muster" --phone +491713920011 --key k1`,
		Args:              positional(1, 1, "the service"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		command, err := f.command(a, args[0])
		if err != nil {
			return err
		}
		return a.withDesk(ctx, func(d desk) error {
			answer, err := d.Book(ctx, command)
			if err != nil {
				return err
			}
			return a.booked(answer, command.Booking.Key, f.zone)
		})
	})
	return cmd
}

func (f *bookFlags) register(cmd *cobra.Command) {
	f.deskFlags.register(cmd)
	set := cmd.Flags()
	set.StringVar(&f.at, "at", "", "`TIME`, such as 2027-03-30T10:00 (required)")
	set.StringVar(&f.zone, "zone", "Europe/Berlin", "time `ZONE` of --at and of what is shown")
	set.StringVar(&f.booking.BranchID, "branch", "berlin", "`BRANCH`, a UUID or a name of the demo")
	set.StringVar(&f.booking.StaffID, "staff", "", "`PERSON` who shall do it (anybody)")
	set.StringVar(&f.who.Said.Name, "name", "", "the customer's `NAME`")
	set.StringVar(&f.who.Said.Phone, "phone", "", "the customer's `NUMBER`")
	set.StringVar(&f.who.Said.Email, "email", "", "the customer's `ADDRESS`")
	set.StringVar(&f.chosen, "customer", "", "the customer's `UUID`, with --origin staff or portal")
	set.StringVar(&f.booking.AttendeeName, "attendee", "", "`NAME` of who comes, if somebody else")
	set.StringVar(&f.booking.Notes, "notes", "", "`TEXT` for the staff")
	set.StringVar(&f.origin, "origin", string(appointment.Web), "`CHANNEL`: voice, portal, web, api, staff")
	set.StringVar(&f.network, "caller", "", "with --origin voice: the `NUMBER` the network shows")
	set.StringVar(&f.booking.CallID, "call", "", "with --origin voice: the call's `ID`")
	set.StringVar(&f.key, "key", "", "idempotency `KEY` (a new one)")
	set.DurationVar(&f.wait, "wait", 5*time.Second, "`TIME` to wait for the result")
	complete(cmd, "origin", func(string) []string { return origins() })
}

// command makes the command of the flags.
func (f *bookFlags) command(a *app, service string) (c workflows.BookCommand, err error) {
	b := f.booking
	if b.ServiceID, err = refOf("service", service); err != nil {
		return c, err
	}
	if err := ids(map[string]*string{"branch": &b.BranchID, "staff": &b.StaffID}); err != nil {
		return c, err
	}
	if f.at == "" {
		return c, usage("--at is missing: when shall it be? starter slots %s shows what is free", service)
	}
	if b.StartsAt, err = zoned("at", f.at, f.zone); err != nil {
		return c, err
	}
	if b.By, err = byOf(f.origin); err != nil {
		return c, err
	}
	if f.wait <= 0 || f.wait > time.Minute {
		return c, usage("--wait %s: choose up to a minute", f.wait)
	}
	b.Key = f.key
	if b.Key == "" {
		b.Key = uuid.Must(uuid.NewV7()).String()
	}
	b.CallerPhone = f.who.Said.Phone
	if f.network != "" {
		b.CallerPhone = f.network
	}
	who := f.who
	who.Key, who.CallID, who.Origin, who.Region, who.NetworkNumber = b.Key, b.CallID, b.By.Origin, "DE", f.network
	switch b.By.Origin {
	case appointment.Staff:
		who.ChosenCustomerID = f.chosen
	case appointment.Portal:
		who.LoginCustomerID = f.chosen
	}
	return workflows.BookCommand{Cause: f.cause(a), Booking: b, Who: who, Wait: f.wait}, nil
}

// booked prints the answer to a booking.
func (a *app) booked(answer workflows.BookingAnswer, key, zone string) error {
	if err := a.print(answer, func(w io.Writer) {
		if answer.Appointment != nil {
			a.appointmentTable(w, string(answer.State), *answer.Appointment)
		}
	}); err != nil {
		return err
	}
	switch answer.State {
	case workflows.Booked:
		return nil
	case workflows.Processing:
		return exit(exitTimedOut, "the booking is being made; ask again with --key %s", key)
	case workflows.Failed:
		return exit(exitFailed, "%s", answer.Refusal.Error())
	}
	return refusedBy(answer.Refusal, answer.Alternatives, zone)
}

// appointmentTable shows one appointment.
func (a *app) appointmentTable(w io.Writer, state string, v appointment.View) {
	a.pairs(w,
		[2]string{"appointment", v.AppointmentID},
		[2]string{"state", state},
		[2]string{"status", string(v.Status)},
		[2]string{"service", v.Display.ServiceName},
		[2]string{"with", strings.Join(v.Display.StaffNames, ", ")},
		[2]string{"at", v.Display.BranchName},
		[2]string{"starts", local(v.StartsAt, v.Zone)},
		[2]string{"ends", local(v.EndsAt, v.Zone)},
		[2]string{"price", price(&v.Price)},
		[2]string{"customer", v.CustomerID},
		[2]string{"attendee", v.AttendeeName},
		[2]string{"calendar", v.CalendarState},
	)
}
