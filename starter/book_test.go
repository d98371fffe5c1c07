package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

// booking runs the book command with words in a shell's quotes.
func booking(t *testing.T, line string) workflows.BookCommand {
	t.Helper()
	term := newTerminal(t)
	args := shellWords("book " + line)
	for i, arg := range args {
		args[i] = strings.Trim(arg, `"`)
	}
	require.Zero(t, term.exec(args...), term.err.String())
	require.Len(t, term.clerk.books, 1)
	return term.clerk.books[0]
}

func TestBookSends(t *testing.T) {
	t.Parallel()

	t.Run("names of the demo", func(t *testing.T) {
		t.Parallel()
		c := booking(t, `ansatz --at 2027-03-31T10:00 --branch muenchen --staff leonie --name "Karl Muster" --phone 01713920011 --email karl@muster.example --attendee "Kind" --notes "kurz" --key k-1 --wait 2s`)

		require.Equal(t, appointment.BookRequest{
			Key: "k-1", By: appointment.By{Origin: appointment.Web, Role: appointment.CustomerRole},
			BranchID: domains.DemoID("muenchen"), ServiceID: domains.DemoID("ansatz"), StaffID: domains.DemoID("leonie"),
			StartsAt:     time.Date(2027, time.March, 31, 8, 0, 0, 0, time.UTC),
			AttendeeName: "Kind", CallerPhone: "+491713920011", Notes: "kurz",
		}, c.Booking)
		require.Equal(t, customer.Query{
			Key: "k-1", Origin: appointment.Web, Region: "DE",
			Said: customer.Said{Name: "Karl Muster", Phone: "01713920011", Email: "karl@muster.example"},
		}, c.Who)
		require.Equal(t, 2*time.Second, c.Wait)
	})

	t.Run("UUIDs, and Berlin unless told otherwise", func(t *testing.T) {
		t.Parallel()
		c := booking(t, anID+" --at 2027-03-31T08:00:00Z --staff "+anID2)

		require.Equal(t, domains.DemoID("berlin"), c.Booking.BranchID)
		require.Equal(t, anID, c.Booking.ServiceID)
		require.Equal(t, anID2, c.Booking.StaffID)
		require.Equal(t, 5*time.Second, c.Wait)
	})

	t.Run("a key of its own", func(t *testing.T) {
		t.Parallel()
		first, second := booking(t, "damen --at 2027-03-31T10:00"), booking(t, "damen --at 2027-03-31T10:00")

		require.True(t, events.IsUUID(first.Booking.Key))
		require.Equal(t, first.Booking.Key, first.Who.Key)
		require.NotEqual(t, first.Booking.Key, second.Booking.Key)
	})

	t.Run("whoever has logged in", func(t *testing.T) {
		t.Parallel()
		c := booking(t, "damen --at 2027-03-31T10:00 --origin portal --customer "+aCustomer)

		require.Equal(t, appointment.By{Origin: appointment.Portal, Role: appointment.CustomerRole}, c.Booking.By)
		require.Equal(t, aCustomer, c.Who.LoginCustomerID)
		require.Empty(t, c.Who.ChosenCustomerID)
	})

	t.Run("whom staff have picked", func(t *testing.T) {
		t.Parallel()
		c := booking(t, "damen --at 2027-03-31T10:00 --origin staff --customer "+aCustomer)

		require.Equal(t, appointment.By{Origin: appointment.Staff, Role: appointment.Manager}, c.Booking.By)
		require.Equal(t, aCustomer, c.Who.ChosenCustomerID)
		require.Empty(t, c.Who.LoginCustomerID)
	})

	t.Run("the call and the network's number", func(t *testing.T) {
		t.Parallel()
		c := booking(t, "damen --at 2027-03-31T10:00 --origin voice --caller +491713920010 --call call-42 --name Ida --own-name --phone 0171/3920011")

		require.Equal(t, "call-42", c.Booking.CallID)
		require.Equal(t, "+491713920010", c.Booking.CallerPhone)
		require.Equal(t, customer.Query{
			Key: c.Booking.Key, CallID: "call-42", Origin: appointment.Voice, Region: "DE", NetworkNumber: "+491713920010",
			Said: customer.Said{Name: "Ida", Phone: "0171/3920011"}, OwnName: true,
		}, c.Who)
	})

	t.Run("a number that is none, for the domain to refuse", func(t *testing.T) {
		t.Parallel()
		c := booking(t, "damen --at 2027-03-31T10:00 --phone 12ab")

		require.Equal(t, "12ab", c.Who.Said.Phone)
		require.Empty(t, c.Booking.CallerPhone)
	})
}

func TestBookPrints(t *testing.T) {
	t.Parallel()
	const line = "book damen --at 2027-03-31T10:00 --key k-1"

	t.Run("the appointment", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec(strings.Fields(line)...))
		golden(t, "book", term.out.String())
		require.Empty(t, term.err.String())
	})

	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec(strings.Fields(line+" -o json")...))
		var answer workflows.BookingAnswer
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &answer))
		require.Equal(t, term.clerk.booking, answer)
	})

	t.Run("that it is not new", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.booking.Duplicate = true

		require.Zero(t, term.exec(strings.Fields(line)...))
		golden(t, "book", term.out.String())
		require.Equal(t, "this was booked before, and not again\n", term.err.String())
	})

	t.Run("what is free instead", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.booking = taken()

		require.Equal(t, exitConflict, term.exec(strings.Fields(line)...))
		require.Empty(t, term.out.String())
		require.Equal(t, "error: slot_taken (AVL-24): 10:00 is taken: choose another time; free instead: Tue 2027-03-30 10:30 CEST, Tue 2027-03-30 11:00 CEST\n", term.err.String())
	})

	t.Run("what is free instead, in JSON and in another zone", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.booking = taken()

		require.Equal(t, exitConflict, term.exec(strings.Fields(line+" -o jsonl --zone Asia/Tokyo")...))
		var answer workflows.BookingAnswer
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &answer))
		require.Len(t, answer.Alternatives, 2)
		require.Equal(t, "AVL-24", answer.Refusal.Rule)
		require.Contains(t, term.err.String(), "free instead: Tue 2027-03-30 17:30 JST, ")
	})

	for _, c := range []struct {
		name   string
		answer workflows.BookingAnswer
		code   int
		says   string
	}{
		{"that it goes on", workflows.BookingAnswer{State: workflows.Processing, AppointmentID: anAppointment}, exitTimedOut, "the booking is being made; ask again with --key k-1"},
		{"that it has failed", workflows.BookingAnswer{State: workflows.Failed, Refusal: events.Refuse("calendar_unavailable", "APT-62", "the calendar did not answer")}, exitFailed, "calendar_unavailable (APT-62): the calendar did not answer"},
		{"that nobody knows", workflows.BookingAnswer{State: workflows.Failed}, exitFailed, "it could not be done, and nobody says why"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.clerk.booking = c.answer

			require.Equal(t, c.code, term.exec(strings.Fields(line)...))
			require.Empty(t, term.out.String())
			require.Equal(t, "error: "+c.says+"\n", term.err.String())
		})
	}
}

// taken is a refusal with what is free instead.
func taken() workflows.BookingAnswer {
	at := func(minutes time.Duration) appointment.Alternative {
		return appointment.Alternative{Slot: appointment.Slot{StartsAt: now.Add(minutes * time.Minute)}}
	}
	return workflows.BookingAnswer{
		State: workflows.Refused, AppointmentID: anAppointment,
		Refusal:      events.Refuse("slot_taken", "AVL-24", "10:00 is taken: choose another time"),
		Alternatives: []appointment.Alternative{at(30), at(60)},
	}
}
