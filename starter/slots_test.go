package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

// question runs a line and returns what the desk was asked.
func question[T any](t *testing.T, line, step string) T {
	t.Helper()
	term := newTerminal(t)
	require.Zero(t, term.exec(strings.Fields(line)...), term.err.String())
	require.Equal(t, []string{step}, term.clerk.steps)
	require.Equal(t, demoTenant, term.clerk.asked[0].Cause.TenantID)
	require.IsType(t, *new(T), term.clerk.asked[0].Request)
	asked, _ := term.clerk.asked[0].Request.(T)
	return asked
}

func TestSeed(t *testing.T) {
	t.Parallel()

	t.Run("prints the names", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("seed"), term.err.String())

		require.Equal(t, []string{workflows.StepSeed}, term.clerk.steps)
		require.Equal(t, "seed", term.clerk.asked[0].Subject)
		golden(t, "seed", term.out.String())
		require.Equal(t, "the demo salons are there; next: starter slots damen --branch berlin\n", term.err.String())
	})

	t.Run("as JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("seed", "-o", "json"), term.err.String())
		var things []domains.DemoThing
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &things))
		require.Equal(t, domains.DemoThings(), things)
	})
}

func TestSlotsAsks(t *testing.T) {
	t.Parallel()

	t.Run("for the next week in Berlin", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, appointment.SlotsQuery{
			By:       appointment.By{Origin: appointment.Web, Role: appointment.CustomerRole},
			BranchID: domains.DemoID("berlin"), ServiceID: domains.DemoID("damen"),
			From: now, Until: now.AddDate(0, 0, 7), Limit: 20, Any: true,
		}, question[appointment.SlotsQuery](t, "slots damen", workflows.StepFreeSlots))
	})

	t.Run("for what the flags say", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, appointment.SlotsQuery{
			By:       appointment.By{Origin: appointment.Staff, Role: appointment.Manager},
			BranchID: anID, ServiceID: anID2, StaffID: domains.DemoID("aylin"),
			From:  time.Date(2027, time.March, 27, 23, 0, 0, 0, time.UTC),
			Until: time.Date(2027, time.March, 28, 22, 0, 0, 0, time.UTC), Limit: 3,
		}, question[appointment.SlotsQuery](t, "slots "+anID2+" --branch "+anID+" --staff aylin --from 2027-03-28 --days 1 --limit 3 --origin staff", workflows.StepFreeSlots))
	})
}

func TestSlotsPrints(t *testing.T) {
	t.Parallel()
	slots := appointment.Slots{
		Zone: "Europe/Berlin", Names: map[string]string{anID: "Aylin Sommer"},
		Slots: []availability.Slot{
			{StartsAt: now, EndsAt: now.Add(45 * time.Minute), StaffIDs: []string{anID}},
			{StartsAt: now.Add(time.Hour), EndsAt: now.Add(4 * time.Hour), StaffIDs: []string{anID, anID2}},
		},
	}

	t.Run("a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepFreeSlots] = slots

		require.Zero(t, term.exec("slots", "damen"), term.err.String())
		golden(t, "slots", term.out.String())
		require.Empty(t, term.err.String())
	})

	t.Run("a line each, and that it may be stale", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		stale := slots
		stale.Stale = true
		term.clerk.answers[workflows.StepFreeSlots] = stale

		require.Zero(t, term.exec("slots", "damen", "-o", "jsonl"), term.err.String())
		require.Equal(t, 2, strings.Count(term.out.String(), "\n"))
		require.Contains(t, term.err.String(), "some of it may be taken")
	})

	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("slots", "damen"))
		require.Empty(t, term.out.String())
		require.Equal(t, "nothing is free then: ask for another --from, more --days, or anybody\n", term.err.String())
	})

	t.Run("nothing as JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("slots", "damen", "-o", "json"))
		require.Equal(t, "[]\n", term.out.String())
	})
}

func TestAppointments(t *testing.T) {
	t.Parallel()
	told := appointment.Told{
		AppointmentID: anAppointment, Version: 1, StartsAt: now, EndsAt: now.Add(45 * time.Minute), Zone: "Europe/Berlin",
		Status: appointment.Confirmed, ServiceName: "Damenhaarschnitt", StaffNames: []string{"Aylin Sommer"},
	}
	listed := []appointment.Listed{{Told: told, CustomerID: aCustomer, Origin: appointment.Web}, {Told: told, CustomerID: aCustomer, Origin: appointment.Voice}}

	t.Run("asks for the next month", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, appointment.ListQuery{From: now, Until: now.AddDate(0, 0, 30), Limit: 100},
			question[appointment.ListQuery](t, "appointments", workflows.StepList))
	})

	t.Run("asks for what the flags say", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, appointment.ListQuery{
			BranchID: domains.DemoID("muenchen"), CustomerID: aCustomer, Status: appointment.Pending,
			From: time.Date(2027, time.March, 31, 22, 0, 0, 0, time.UTC), Until: time.Date(2027, time.April, 1, 22, 0, 0, 0, time.UTC), Limit: 5,
		}, question[appointment.ListQuery](t, "appointments --branch muenchen --customer "+aCustomer+" --status pending --from 2027-04-01 --days 1 --limit 5", workflows.StepList))
	})

	t.Run("prints a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepList] = listed

		require.Zero(t, term.exec("appointments"))
		golden(t, "appointments", term.out.String())
		require.Empty(t, term.err.String())
	})

	t.Run("prints JSON, and that there may be more", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepList] = listed

		require.Zero(t, term.exec("appointments", "--limit", "2", "-o", "json"))
		var got []appointment.Listed
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &got))
		require.Equal(t, listed, got)
		require.Contains(t, term.err.String(), "there may be more")
	})

	t.Run("says that there are none", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("appointments"))
		require.Empty(t, term.out.String())
		require.Equal(t, "no such appointments\n", term.err.String())
	})
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	ida := customer.Profile{Ref: customer.Ref{CustomerID: aCustomer}, DisplayName: "Ida Probst", Contacts: []customer.Contact{{Value: "+491713920010"}, {Value: "ida@probst.example"}}}

	t.Run("asks for a number in a country", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, customer.FindQuery{Text: "0171", Region: "AT"}, question[customer.FindQuery](t, "customers 0171 --region AT", workflows.StepFindCustomers))
	})

	t.Run("asks for everybody", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, customer.FindQuery{Region: "DE"}, question[customer.FindQuery](t, "customers", workflows.StepFindCustomers))
	})

	t.Run("prints a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepFindCustomers] = []customer.Profile{ida}

		require.Zero(t, term.exec("customers", "Ida Probst"))
		golden(t, "customers", term.out.String())
	})

	t.Run("says that there is nobody", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("customers", "Nobody"))
		require.Empty(t, term.out.String())
		require.Equal(t, "nobody is found\n", term.err.String())
	})
}
