package main

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

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
