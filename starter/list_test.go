package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

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
