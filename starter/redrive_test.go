package main

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

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
