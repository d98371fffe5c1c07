package main

import (
	"context"
	"encoding/json"
	"errors"
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

func TestList(t *testing.T) {
	t.Parallel()
	var records []workflows.Record
	for i := range 5 {
		records = append(records, aRecord(idOf(i+1), events.Delivered))
	}
	records[1].Status, records[1].FailedListeners = events.Failed, []string{"calendarsync.push-booking", "notifications.send-confirmation"}

	t.Run("prints a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.records = records

		require.Zero(t, term.exec("list"))
		golden(t, "list", term.out.String())
		require.Empty(t, term.err.String())
	})

	t.Run("pages", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.records = records

		require.Zero(t, term.exec("list", "--limit", "2", "-o", "jsonl"))
		require.Equal(t, 2, strings.Count(term.out.String(), "\n"))
		token := strings.TrimSpace(strings.TrimPrefix(term.err.String(), "more: --page-token "))

		next := newTerminal(t)
		next.bus.records = records
		require.Zero(t, next.exec("list", "--page-token", token, "-o", "jsonl"))
		require.Equal(t, 3, strings.Count(next.out.String(), "\n"))
		require.Contains(t, next.out.String(), idOf(3))
		require.Empty(t, next.err.String())
	})

	t.Run("passes every filter on", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		code := term.exec("list", "--type", "call.started", "--aggregate-type", "call", "--aggregate-id", "call-42",
			"--correlation-id", "c", "--tenant", tenant, "--status", "failed", "--listener", "l")

		require.Zero(t, code)
		require.Equal(t, workflows.Filter{
			Type: "call.started", AggregateType: "call", AggregateID: "call-42", CorrelationID: "c", TenantID: tenant, Status: events.Failed, Listener: "l",
		}, term.bus.filter)
		require.Equal(t, "no such events\n", term.err.String())
	})

	t.Run("is an empty array when nothing is there", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("list", "-o", "json"))
		require.Equal(t, "[]\n", term.out.String())
	})
}

func aTree() []*workflows.Node {
	node := func(id, eventType, listener string, children ...*workflows.Node) *workflows.Node {
		record := aRecord(id, events.Delivered)
		record.Type = eventType
		return &workflows.Node{Record: record, CausedByListener: listener, Children: children}
	}
	failed := node(idOf(3), "calendar.push_requested", "calendarsync.push-booking")
	failed.Status, failed.FailedListeners = events.Failed, []string{"calendarsync.call-vendor"}
	return []*workflows.Node{
		node(idOf(1), "appointment.created", "",
			node(idOf(2), "notification.confirmation_required", "notifications.require-confirmation",
				node(idOf(4), "notification.sent", "notifications.send-confirmation")),
			failed,
		),
		node(idOf(5), "call.started", ""),
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()

	t.Run("draws the tree", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.roots = aTree()

		require.Zero(t, term.exec("trace", anID))
		golden(t, "trace", term.out.String())
	})

	t.Run("is a tree in JSON too", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.roots = aTree()

		require.Zero(t, term.exec("trace", anID, "-o", "json"))
		var roots []*workflows.Node
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &roots))
		require.Equal(t, aTree(), roots)
	})

	t.Run("does not find a correlation that nobody has", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Equal(t, exitNotFound, term.exec("trace", "nobody"))
		require.Contains(t, term.err.String(), "no event has the correlation id nobody")
	})
}

func TestRedrive(t *testing.T) {
	t.Parallel()

	t.Run("keeps who and why", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("redrive", anID, "--reason", "mail is back"), term.err.String())
		require.Equal(t, []workflows.RedriveOptions{{Reason: "mail is back", By: "operator@desk"}}, term.bus.redrives)
		golden(t, "redrive", term.out.String())
	})

	t.Run("refuses an event that did not fail", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.onRedrive = func(string) (events.Receipt, error) {
			return events.Receipt{Status: events.Delivered}, fmt.Errorf("%w: it is delivered", workflows.ErrNotFailed)
		}

		require.Equal(t, exitConflict, term.exec("redrive", anID, "-o", "none"))
		require.Equal(t, "error: event "+anID+" is delivered: it did not fail, so there is nothing to redrive\n", term.err.String())
	})

	t.Run("is done once for an id that is named twice, or redriven elsewhere", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.onRedrive = func(id string) (events.Receipt, error) {
			return events.Receipt{EventID: id, RunID: "run-2", Duplicate: true, Status: events.Delivering}, nil
		}

		require.Zero(t, term.exec("redrive", anID, anID, "-o", "jsonl"))
		require.Len(t, term.bus.redrives, 1)
		require.JSONEq(t, `{"id":"`+anID+`","status":"running","delivery_status":"delivering","run_id":"run-2"}`, term.out.String())
	})

	t.Run("goes on after one that failed", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.onRedrive = func(id string) (events.Receipt, error) {
			switch id {
			case idOf(1):
				return events.Receipt{}, fmt.Errorf("%w: %s", workflows.ErrNotFound, id)
			case idOf(2):
				return events.Receipt{}, errors.New("the server stumbled")
			}
			return events.Receipt{EventID: id, RunID: "run-2", Status: events.Delivering}, nil
		}
		term.input(idOf(1) + "\n" + idOf(2) + "\n\nnot-an-id\n" + idOf(3) + "\n")

		require.Equal(t, exitSomeFailed, term.exec("redrive", "-"))
		golden(t, "redrive_many", term.out.String())
		require.Equal(t, "error: 3 of 4 were not redriven\n", term.err.String())
	})

	t.Run("has nothing to do without ids", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("redrive", "-"))
		require.Equal(t, "no ids on standard input; nothing to redrive\n", term.err.String())
	})
}

func TestTypes(t *testing.T) {
	t.Parallel()

	t.Run("prints a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("types"))
		golden(t, "types", term.out.String())
	})

	t.Run("lists the fields, nested ones too", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("types", "appointment.created", "--fields"))
		golden(t, "types_fields", term.out.String())
	})

	t.Run("has the fields in JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("types", "call.started", "-o", "json"))
		golden(t, "types_json", term.out.String())
	})

	t.Run("does not find an unknown one", func(t *testing.T) {
		t.Parallel()
		for _, command := range []string{"types", "listeners"} {
			term := newTerminal(t)

			require.Equal(t, exitNotFound, term.exec(command, "call.startd"))
			require.Contains(t, term.err.String(), "did you mean call.started?")
		}
	})
}

func TestListeners(t *testing.T) {
	t.Parallel()

	t.Run("prints a table a type", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("listeners"))
		golden(t, "listeners", term.out.String())
	})

	t.Run("has the policy in effect in JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("listeners", "call.started", "-o", "json"))
		golden(t, "listeners_json", term.out.String())
	})

	t.Run("has the ladder of this environment", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.setEnv("HERALD_RETRY_MAXIMUM_ATTEMPTS=2")

		require.Zero(t, term.exec("listeners", "appointment.created"))
		require.Contains(t, term.out.String(), "2 attempts, 1m apart")
		require.Contains(t, term.out.String(), "5 attempts", "a ladder of its own stays")

		term.setEnv("HERALD_RETRY_MAXIMUM_ATTEMPTS=many")
		require.Equal(t, exitUsage, term.exec("listeners"))
		require.Contains(t, term.err.String(), "RetryMaximumAttempts")
	})

	t.Run("says that nobody listens", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("listeners", "appointment.cancelled"))
		require.Equal(t, "no listeners\n", term.err.String())
	})
}

func TestVersion(t *testing.T) {
	t.Parallel()

	t.Run("asks the server", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("version", "-o", "json"))
		var info versionInfo
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &info))
		require.Equal(t, "1.32.1", info.Server.Version)
		require.NotEmpty(t, info.SDK)
	})

	t.Run("is content without one", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.server = errors.New("no answer")

		require.Zero(t, term.exec("version"))
		require.Contains(t, term.out.String(), "temporal server  unknown: no answer")
	})
}
