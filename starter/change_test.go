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
	"github.com/herald-bus/herald/workflows"
)

var manager = appointment.By{Origin: appointment.Staff, Role: appointment.Manager}

func TestChangesSend(t *testing.T) {
	t.Parallel()

	t.Run("a move", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		args := "reschedule " + anAppointment + " --to 2027-03-31T10:00 --staff mila --reason asked --accept-fee --waive-fee --override --approved --command-id c-1 --expected-version 3 --wait 2s"

		require.Zero(t, term.exec(strings.Fields(args)...), term.err.String())

		c := term.clerk.reschedules[0]
		require.Equal(t, appointment.MoveRequest{
			Command:  appointment.Command{ID: "c-1", AppointmentID: anAppointment, ExpectedVersion: 3, By: manager},
			StartsAt: time.Date(2027, time.March, 31, 8, 0, 0, 0, time.UTC),
			StaffID:  domains.DemoID("mila"), Reason: "asked", AcceptFee: true, WaiveFee: true, Override: true, Approved: true,
		}, c.Request)
		require.Equal(t, 2*time.Second, c.Wait)
		require.Equal(t, demoTenant, c.Cause.TenantID)
	})

	t.Run("a move by the clock of another zone", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("reschedule", anAppointment, "--to", "2027-03-31 10:00", "--zone", "America/New_York"), term.err.String())
		require.Equal(t, "2027-03-31T14:00:00Z", term.clerk.reschedules[0].Request.StartsAt.Format(time.RFC3339))
		require.Empty(t, term.clerk.reschedules[0].Request.StaffID)
	})

	t.Run("an end", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("cancel", anAppointment, "--reason", "Aylin is ill", "--accept-fee", "--waive-fee", "--override"), term.err.String())

		r := term.clerk.cancels[0].Request
		require.True(t, events.IsUUID(r.ID), "a command's id of its own")
		require.Equal(t, appointment.CancelRequest{
			Command: appointment.Command{ID: r.ID, AppointmentID: anAppointment, By: manager},
			Reason:  "Aylin is ill", AcceptFee: true, WaiveFee: true, Override: true,
		}, r)
	})

	t.Run("a customer's own end", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("cancel", anAppointment, "--origin", "portal", "--customer", aCustomer), term.err.String())
		require.Equal(t, appointment.By{
			Origin: appointment.Portal, Role: appointment.CustomerRole, CustomerID: aCustomer, Assurance: appointment.ByLogin,
		}, term.clerk.cancels[0].Request.By)
	})

	for _, became := range []string{"confirm", "check-in", "complete", "no-show"} {
		t.Run(became, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Zero(t, term.exec(became, anAppointment, "--command-id", "c-1"), term.err.String())
			require.Equal(t, map[string][]appointment.Command{became: {{ID: "c-1", AppointmentID: anAppointment, By: manager}}}, term.clerk.visits)
		})
	}

	t.Run("other words, another person, another service", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("update", anAppointment, "--notes", "by the window", "--attendee", "", "--staff", "jonas", "--service", "bart", "--command-id", "c-1"), term.err.String())

		notes, nobody := "by the window", ""
		require.Equal(t, appointment.UpdateRequest{
			Command: appointment.Command{ID: "c-1", AppointmentID: anAppointment, By: manager},
			Notes:   &notes, AttendeeName: &nobody, StaffID: domains.DemoID("jonas"), ServiceID: domains.DemoID("bart"),
		}, term.clerk.updates[0].Request)
	})

	t.Run("only what was asked for", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("update", anAppointment, "--staff", "jonas"), term.err.String())

		r := term.clerk.updates[0].Request
		require.Nil(t, r.Notes)
		require.Nil(t, r.AttendeeName)
		require.Empty(t, r.ServiceID)
	})
}

func TestChangesPrint(t *testing.T) {
	t.Parallel()

	for name, line := range deskCommands {
		if !strings.Contains(line, "--command-id") || strings.HasPrefix(line, "series ") || strings.HasPrefix(line, "customers ") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Zero(t, term.exec(strings.Fields(line)...))
			golden(t, "change", term.out.String())
			require.Empty(t, term.err.String())
		})
	}

	t.Run("a fee", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.change.Fee = appointment.Money{Cents: 2705, Currency: "EUR"}

		require.Zero(t, term.exec("cancel", anAppointment, "--accept-fee"))
		require.Contains(t, term.out.String(), "fee          27.05 EUR\n")
	})

	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("cancel", anAppointment, "-o", "json"))
		var answer workflows.ChangeAnswer
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &answer))
		require.Equal(t, term.clerk.change, answer)
	})

	for _, c := range []struct {
		name   string
		answer workflows.ChangeAnswer
		code   int
		says   string
	}{
		{"that staff has to agree", workflows.ChangeAnswer{State: workflows.NeedsApproval}, exitOK, "the old time stays until staff agrees: --origin staff --approved"},
		{"that it goes on", workflows.ChangeAnswer{State: workflows.Processing}, exitTimedOut, "error: the change is being made; ask again with --command-id c-1"},
		{"what is free instead", workflows.ChangeAnswer{State: workflows.Refused, Refusal: taken().Refusal, Alternatives: taken().Alternatives}, exitConflict, "error: slot_taken (AVL-24): 10:00 is taken: choose another time; free instead: Tue 2027-03-30 10:30 CEST, Tue 2027-03-30 11:00 CEST"},
		{"that it has failed", workflows.ChangeAnswer{State: workflows.Failed, Refusal: events.Refuse("internal", "", "the database is away")}, exitFailed, "error: internal: the database is away"},
		{"that nobody knows", workflows.ChangeAnswer{State: workflows.Failed}, exitFailed, "error: it could not be done, and nobody says why"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.clerk.change = c.answer

			require.Equal(t, c.code, term.exec(strings.Fields(deskCommands["reschedule"])...))
			require.Empty(t, term.out.String())
			require.Equal(t, c.says+"\n", term.err.String())
		})
	}
}
