package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

func aRecord(id string, status events.Status) workflows.Record {
	return workflows.Record{
		EventID: id, Type: "appointment.created", AggregateType: "appointment", AggregateID: "appointment-7",
		CorrelationID: anID, TenantID: tenant, Source: "/herald/starter", Status: status,
		PublishedAt: now.Add(-3 * time.Minute), WorkflowID: "event/" + id, RunID: "run-1",
	}
}

// aStory has a listener in every state.
func aStory(status events.Status) workflows.Story {
	step := func(name string, sync bool) workflows.Step {
		return workflows.Step{Listener: name, Sync: sync, Timeout: time.Second, Retry: events.DefaultRetry()}
	}
	story := workflows.Story{
		Record: aRecord(anID, status),
		Runs:   1,
		Envelope: events.Envelope{
			Meta: events.Meta{ID: anID, Type: "appointment.created", Version: 1, Time: now.Add(-4 * time.Minute), CausedBy: "staff:7"},
			Data: json.RawMessage(`{"appointment_id":"appointment-7"}`),
		},
		Listeners: []workflows.ListenerStory{
			{Step: step("audit.append-entry", true), Status: events.Succeeded, Attempts: 1, Carried: status == events.Failed},
			{Step: step("calendarsync.push-booking", false), Status: events.Pending, Attempts: 2, Error: "503 from the calendar\nbody", NextAttemptAt: now.Add(80 * time.Second)},
			{Step: step("notifications.require-confirmation", false), Status: events.Succeeded, Attempts: 1, Emitted: []workflows.EmittedEvent{{EventID: anID2, Type: "notification.confirmation_required"}}},
		},
	}
	if status == events.Failed {
		story.Listeners[1].Status, story.Listeners[1].NextAttemptAt = events.GaveUp, time.Time{}
		story.Failure, story.ClosedAt = "1 listener failed", now
	}
	return story
}

func TestDescribe(t *testing.T) {
	t.Parallel()

	t.Run("shows the event and its listeners", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.stories = []workflows.Story{aStory(events.Delivering)}

		require.Zero(t, term.exec("describe", anID), term.err.String())
		golden(t, "describe", term.out.String())
	})

	t.Run("wraps the error on a narrow terminal", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.widths[term.stdout] = 100
		story := aStory(events.Failed)
		story.Listeners[1].Error = strings.Repeat("the calendar is away ", 6)
		term.bus.stories = []workflows.Story{story}

		require.Zero(t, term.exec("describe", anID, "--color", "never"))
		golden(t, "describe_narrow", term.out.String())
	})

	t.Run("links to the Web UI", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.setEnv("HERALD_UI_URL=https://temporal.example/ui")
		term.bus.stories = []workflows.Story{aStory(events.Delivered)}

		require.Zero(t, term.exec("describe", anID, "-o", "json"))
		var story description
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &story))
		require.Equal(t, "https://temporal.example/ui/namespaces/default/workflows/event%2F"+anID+"/run-1/history", story.URL)
		require.Equal(t, anID, story.EventID)
	})

	t.Run("does not find what is not there", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.describe = func(context.Context) error {
			return fmt.Errorf("%w: %s was never published here", workflows.ErrNotFound, anID)
		}

		require.Equal(t, exitNotFound, term.exec("describe", anID))
		require.Contains(t, term.err.String(), "error: event not found: "+anID)
	})
}

func TestWatch(t *testing.T) {
	t.Parallel()
	stages := []workflows.Story{aStory(events.Delivering), aStory(events.Delivering), aStory(events.Failed)}

	t.Run("prints every change until the end", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			term := newTerminal(t)
			term.bus.stories = stages
			started := time.Now()

			require.Equal(t, exitListeners, term.exec("describe", anID, "--watch", "-o", "jsonl"))

			require.Equal(t, 2, strings.Count(term.out.String(), "\n"), "the second look saw no change")
			require.Equal(t, 2*time.Second, time.Since(started))
			require.Equal(t, "error: failed: calendarsync.push-booking; mend the cause, then: starter redrive "+anID+"\n", term.err.String())
		})
	})

	t.Run("prints the end only in JSON", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			term := newTerminal(t)
			term.bus.stories = append(stages[:2:2], aStory(events.Delivered))

			require.Zero(t, term.exec("describe", anID, "--watch", "-o", "json"))

			var story description
			require.NoError(t, json.Unmarshal(term.out.Bytes(), &story))
			require.Equal(t, events.Delivered, story.Status)
		})
	})

	t.Run("redraws a terminal", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			term := newTerminal(t)
			term.setTerminals("out")
			term.bus.stories = stages

			require.Equal(t, exitListeners, term.exec("describe", anID, "--watch"))
			require.Equal(t, 2, strings.Count(term.out.String(), "\x1b[H\x1b[2J"))
		})
	})

	t.Run("stops on an interrupt, and says how to go on", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		ctx, interrupt := context.WithCancel(t.Context())
		term.ctx = ctx
		term.bus.stories = stages[:1]
		term.bus.describe = func(context.Context) error { interrupt(); return nil }

		require.Equal(t, exitInterrupted, term.exec("describe", anID, "-f"))
		require.Equal(t, "error: stopped watching: the event goes on; follow it with: starter describe "+anID+" --watch\n", term.err.String())
	})
}
