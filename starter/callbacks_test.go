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

const aCallback = "0198c0de-0000-7000-8000-0000000000cb"

func toCallBack() *appointment.Callback {
	return &appointment.Callback{
		CallbackID: aCallback, Phone: "+491713920019", Name: "Vera", Priority: appointment.HighPriority, Status: "assigned",
		Attempts: 2, Level: 1, CreatedAt: now, ExpiresAt: now.Add(4 * time.Hour),
	}
}

func TestCallbacks(t *testing.T) {
	t.Parallel()
	listed := []appointment.ListedCallback{{Callback: *toCallBack(), StaffName: "Aylin Sommer", Zone: "Europe/Berlin"}, {Callback: *toCallBack(), Zone: "Europe/Berlin"}}

	t.Run("asks for those that are open", func(t *testing.T) {
		t.Parallel()
		for _, line := range []string{"callbacks", "callbacks list"} {
			require.Equal(t, appointment.CallbackQuery{Limit: 100}, question[appointment.CallbackQuery](t, line, workflows.StepListCallbacks))
		}
	})

	t.Run("asks for what the flags say", func(t *testing.T) {
		t.Parallel()
		for _, line := range []string{"callbacks", "callbacks list"} {
			require.Equal(t, appointment.CallbackQuery{BranchID: domains.DemoID("berlin"), StaffID: domains.DemoID("aylin"), All: true, Limit: 5},
				question[appointment.CallbackQuery](t, line+" --branch berlin --staff aylin --all --limit 5", workflows.StepListCallbacks))
		}
	})

	t.Run("prints a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepListCallbacks] = listed

		require.Zero(t, term.exec("callbacks"))
		golden(t, "callbacks", term.out.String())
		require.Empty(t, term.err.String())
	})

	t.Run("prints JSON, and that there may be more", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepListCallbacks] = listed

		require.Zero(t, term.exec("callbacks", "list", "--limit", "2", "-o", "json"))
		var got []appointment.ListedCallback
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &got))
		require.Equal(t, listed, got)
		require.Equal(t, "there may be more: ask for a larger --limit\n", term.err.String())
	})

	t.Run("says that there are none", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("callbacks"))
		require.Empty(t, term.out.String())
		require.Equal(t, "nobody waits for a call\n", term.err.String())
	})
}

func TestCommandsToCallbacks(t *testing.T) {
	t.Parallel()

	t.Run("send an attempt", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("callbacks", "attempt", aCallback, "--failed", "--note", "nobody there", "--attempt", "2"), term.err.String())

		c := term.clerk.attempts[0]
		require.Equal(t, appointment.CallbackAttempt{CallbackID: aCallback, Attempt: 2, Note: "nobody there"}, c.Request)
		require.Equal(t, demoTenant, c.Cause.TenantID)
		require.Equal(t, 5*time.Second, c.Wait)
		golden(t, "callback", term.out.String())
	})

	t.Run("send the next attempt", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("callbacks", "attempt", aCallback, "--reached"), term.err.String())
		require.Equal(t, appointment.CallbackAttempt{CallbackID: aCallback, Reached: true}, term.clerk.attempts[0].Request)
	})

	t.Run("send an outcome", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("callbacks", "complete", aCallback, "--outcome", "booked", "--appointment", anAppointment), term.err.String())
		require.Equal(t, appointment.CallbackOutcome{CallbackID: aCallback, Outcome: "booked", AppointmentID: anAppointment}, term.clerk.outcomes[0].Request)
	})

	t.Run("print JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("callbacks", "complete", aCallback, "--outcome", "booked", "-o", "json"))
		var answer workflows.CallbackAnswer
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &answer))
		require.Equal(t, term.clerk.callback, answer)
	})

	t.Run("print a rule's no", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.callback = workflows.CallbackAnswer{State: workflows.Refused, Refusal: events.Refuse("invalid_transition", "APT-58", "the callback is expired")}

		require.Equal(t, exitConflict, term.exec("callbacks", "complete", aCallback, "--outcome", "booked"))
		require.Empty(t, term.out.String())
		require.Equal(t, "error: invalid_transition (APT-58): the callback is expired\n", term.err.String())
	})
}

func TestHelpOfCallbacks(t *testing.T) {
	t.Parallel()
	for _, sub := range newTerminal(t).callbacksCommand().Commands() {
		t.Run(sub.Name(), func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Zero(t, term.exec("callbacks", sub.Name(), "--help"))

			for line := range strings.Lines(term.out.String()) {
				require.LessOrEqual(t, len(strings.TrimSuffix(line, "\n")), helpWidth, line)
			}
			for line := range strings.Lines(sub.Example) {
				checkExample(t, term.root(), line)
			}
		})
	}
}
