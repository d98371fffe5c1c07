package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

// demoRegion is where numbers without a country are read.
const demoRegion = "DE"

// bookFlags are those of the book command.
type bookFlags struct {
	actFlags
	booking      appointment.BookRequest
	said         customer.Said
	at, zone     string
	network, key string
	session      string
	ownName      bool
}

func (a *app) bookCommand() *cobra.Command {
	var f bookFlags
	cmd := &cobra.Command{
		Use:   "book SERVICE --at TIME --name NAME --phone NUMBER [flags]",
		Short: "Book an appointment",
		Long: `Book an appointment. The answer comes within --wait: booked, refused with what
is free instead, or "processing" if the calendar is slow. Ask again with the
same --key: that is the same appointment, however often it is asked for.`,
		Example: `  starter book damen --at 2027-03-30T10:00 --name Vera --phone +491713920019
  starter book ansatz --at 2027-03-30T10:00 --staff aylin --name Karl --key k1`,
		Args:              positional(1, 1, "the service"),
		ValidArgsFunction: completeService,
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
				return unanswered(err, "--key "+command.Booking.Key)
			}
			return a.booked(answer, command.Booking.Key, f.zone)
		})
	})
	return cmd
}

func (f *bookFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVar(&f.at, "at", "", "`TIME`, such as 2027-03-30T10:00 (required)")
	set.StringVar(&f.zone, "zone", homeZone, "time `ZONE` of --at, and of what is free instead")
	set.StringVar(&f.booking.BranchID, "branch", "berlin", "`BRANCH`, a UUID or a name of the demo")
	set.StringVar(&f.booking.StaffID, "staff", "", "`PERSON` who shall do it (anybody)")
	set.StringVar(&f.said.Name, "name", "", "the customer's `NAME`")
	set.BoolVar(&f.ownName, "own-name", false, "a staff member's name is the customer's, too")
	set.StringVar(&f.said.Phone, "phone", "", "the customer's `NUMBER`")
	set.StringVar(&f.said.Email, "email", "", "the customer's `ADDRESS`")
	set.StringVar(&f.booking.AttendeeName, "attendee", "", "`NAME` of who comes, if somebody else")
	set.StringVar(&f.booking.Notes, "notes", "", "`TEXT` for the staff")
	set.StringVar(&f.key, "key", "", "idempotency `KEY` (a new one)")
	set.StringVar(&f.session, "session", "", "`SESSION` whose hold this uses: see starter hold")
	f.actFlags.register(cmd, appointment.Web, "the customer's `UUID`, with --origin staff or portal")
	set.StringVar(&f.network, "caller", "", "with --origin voice: the `NUMBER` the network shows")
	set.StringVar(&f.booking.CallID, "call", "", "with --origin voice: the call's `ID`")
	completeDemo(cmd)
}

// command makes the command of the flags.
func (f *bookFlags) command(a *app, service string) (c workflows.BookCommand, err error) {
	b := f.booking
	if b.ServiceID, err = demoID("SERVICE", domains.DemoService, service); err != nil {
		return c, err
	}
	if err := demoIDs(&b.BranchID, &b.StaffID); err != nil {
		return c, err
	}
	if f.at == "" {
		return c, usage("--at is missing: when shall it be? starter slots %s shows what is free", service)
	}
	if b.StartsAt, err = zoned("at", f.at, f.zone); err != nil {
		return c, err
	}
	if b.By, err = f.by(appointment.Staff, appointment.Portal); err != nil {
		return c, err
	}
	if (f.network != "" || b.CallID != "") && b.By.Origin != appointment.Voice {
		return c, usage("--caller and --call: only with --origin voice")
	}
	b.Key = orNew(f.key)
	b.CallerPhone = domains.E164(f.said.Phone, demoRegion)
	if f.network != "" {
		b.CallerPhone = domains.E164(f.network, demoRegion)
	}
	cause, err := f.cause(a)
	return workflows.BookCommand{Cause: cause, Booking: b, Who: f.who(b), Session: f.session, Wait: f.wait}, err
}

// who asks who books.
func (f *bookFlags) who(b appointment.BookRequest) customer.Query {
	who := customer.Query{
		Key: b.Key, CallID: b.CallID, Origin: b.By.Origin, Region: demoRegion,
		NetworkNumber: f.network, Said: f.said, OwnName: f.ownName,
	}
	switch b.By.Origin {
	case appointment.Staff:
		who.ChosenCustomerID = f.customer
	case appointment.Portal:
		who.LoginCustomerID = f.customer
	default: // over the others a customer is found by what he says
	}
	return who
}

// booked prints the answer to a booking.
func (a *app) booked(answer workflows.BookingAnswer, key, zone string) error {
	if err := a.print(answer, func(w io.Writer) {
		if v := answer.Appointment; v != nil {
			a.showAppointment(w, *v)
		}
	}); err != nil {
		return err
	}
	switch answer.State {
	case workflows.Booked:
		if answer.Duplicate {
			a.say("this was booked before, and not again")
		}
		return nil
	case workflows.Processing:
		return exit(exitTimedOut, "the booking is being made; ask again with --key %s", key)
	case workflows.Failed:
		if answer.Refusal != nil {
			return exit(exitFailed, "%s", answer.Refusal)
		}
	default:
	}
	return a.refusedBy(answer.Refusal, answer.Alternatives, zone)
}

// showAppointment writes an appointment, and what else there is to say of it.
func (a *app) showAppointment(w io.Writer, v appointment.View, more ...[2]string) {
	a.pairs(w, append([][2]string{
		{"appointment", v.AppointmentID},
		{"status", string(v.Status)},
		{"service", v.Display.ServiceName},
		{"with", strings.Join(v.Display.StaffNames, ", ")},
		{"at", v.Display.BranchName},
		{"starts", a.local(v.StartsAt, v.Zone)},
		{"takes", minutes(v.StartsAt, v.EndsAt)},
		{"price", price(v.Price)},
		{"customer", v.CustomerID},
		{"attendee", v.AttendeeName},
		{"calendar", v.CalendarState},
	}, more...)...)
}
