package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

const holdLine = "hold damen --at 2027-03-31T10:00 --session s --id " + anAppointment

// aHold is one of half an hour, whose person has a name.
func aHold() availability.Hold {
	return availability.Hold{
		HoldID: anAppointment, ExpiresAt: now.Add(5 * time.Minute),
		Phases: []availability.Placed{
			{Kind: availability.Busy, StaffID: anID, StartsAt: now, EndsAt: now.Add(10 * time.Minute)},
			{Kind: "free", StartsAt: now.Add(10 * time.Minute), EndsAt: now.Add(20 * time.Minute)},
			{Kind: availability.Busy, StaffID: anID, StartsAt: now.Add(20 * time.Minute), EndsAt: now.Add(30 * time.Minute)},
		},
	}
}

func wanted() appointment.Prepared {
	return appointment.Prepared{
		Zone: "Europe/Berlin", Names: map[string]string{anID: "Aylin Sommer"},
		Display: appointment.Display{ServiceName: "Damenhaarschnitt"},
		Demand:  availability.Demand{BranchID: domains.DemoID("berlin"), ServiceID: domains.DemoID("damen")},
	}
}

func TestHoldSends(t *testing.T) {
	t.Parallel()
	term := newTerminal(t)
	term.clerk.answers[workflows.StepDemand] = wanted()
	term.clerk.hold = aHold()

	require.Zero(t, term.exec(strings.Fields(holdLine+" --staff aylin --origin staff --phone 01713920011")...), term.err.String())

	start := time.Date(2027, time.March, 31, 8, 0, 0, 0, time.UTC)
	require.Equal(t, []string{workflows.StepDemand}, term.clerk.steps)
	require.Equal(t, appointment.SlotsQuery{
		By: appointment.By{Origin: appointment.Staff, Role: appointment.Manager}, Session: "s",
		BranchID: domains.DemoID("berlin"), ServiceID: domains.DemoID("damen"), StaffID: domains.DemoID("aylin"), From: start,
	}, term.clerk.asked[0].Request)
	require.Equal(t, availability.HoldRequest{
		HoldID: anAppointment, Session: "s", Channel: "staff", Phone: "+491713920011", Staff: true, Start: start, Demand: wanted().Demand,
	}, term.clerk.holds[0].Request)
	require.Equal(t, demoTenant, term.clerk.holds[0].Cause.TenantID)
}

func TestHoldPrints(t *testing.T) {
	t.Parallel()

	t.Run("the hold", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepDemand] = wanted()
		term.clerk.hold = aHold()

		require.Zero(t, term.exec(strings.Fields(holdLine)...), term.err.String())
		golden(t, "hold", term.out.String())
		require.Equal(t, "next: starter book … --session s, or starter renew or release "+anAppointment+" --session s\n", term.err.String())
	})

	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.hold = aHold()

		require.Zero(t, term.exec(strings.Fields(holdLine+" -o json")...), term.err.String())
		var held availability.Hold
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &held))
		require.Equal(t, aHold(), held)
	})

	t.Run("a new id, if there is none", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec(strings.Fields("hold damen --at 2027-03-31T10:00 --session s")...), term.err.String())
		require.True(t, events.IsUUID(term.clerk.holds[0].Request.HoldID))
	})

	t.Run("that it is taken", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.unheld = events.Refuse("slot_taken", "AVL-42", "10:00 is taken")

		require.Equal(t, exitConflict, term.exec(strings.Fields(holdLine)...))
		require.Equal(t, "error: slot_taken (AVL-42): 10:00 is taken\n", term.err.String())
	})

	t.Run("that nobody answers", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.unheld = context.DeadlineExceeded

		require.Equal(t, exitTimedOut, term.exec(strings.Fields(holdLine)...))
		require.Contains(t, term.err.String(), "ask again with --id "+anAppointment)
	})
}

func TestRenew(t *testing.T) {
	t.Parallel()

	t.Run("keeps the time for longer", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.hold = aHold()

		require.Zero(t, term.exec("renew", anAppointment, "--session", "s"), term.err.String())
		golden(t, "renew", term.out.String())
		require.Equal(t, availability.RenewRequest{HoldID: anAppointment, Session: "s"}, term.clerk.renewals[0].Request)
	})

	t.Run("says that it ran out", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.failed = events.Refuse("hold_expired", "AVL-35", "the hold has ended: take a new one")

		require.Equal(t, exitConflict, term.exec("renew", anAppointment, "--session", "s"))
		require.Equal(t, "error: hold_expired (AVL-35): the hold has ended: take a new one\n", term.err.String())
	})
}

func TestRelease(t *testing.T) {
	t.Parallel()

	t.Run("gives the time back", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.released = availability.Released{Spans: []availability.Span{{StaffID: anID, StartsAt: now, EndsAt: now.Add(45 * time.Minute)}}}

		require.Zero(t, term.exec("release", anAppointment, "--session", "s"), term.err.String())
		golden(t, "release", term.out.String())
		require.Equal(t, availability.ReleaseRequest{HoldID: anAppointment, Session: "s", Reason: "abandoned"}, term.clerk.releases[0].Request)
	})

	t.Run("says that nothing was held", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("release", anAppointment, "--session", "s"))
		require.Empty(t, term.out.String())
		require.Equal(t, "it was not held any more\n", term.err.String())
	})
}

func TestBookInASession(t *testing.T) {
	t.Parallel()
	require.Equal(t, "call-42", booking(t, "damen --at 2027-03-31T10:00 --session call-42").Session)
}
