package main

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// runWith runs the worker's command line in the given environment; a name without
// a value in pairs is unset.
func runWith(t *testing.T, args []string, pairs ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("HERALD_DATA_DIR", t.TempDir())
	t.Setenv("DATABASE_URL", "")
	for i := 0; i < len(pairs); i += 2 {
		t.Setenv(pairs[i], pairs[i+1])
	}
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestEverythingWrongIsReportedAtOnce(t *testing.T) {
	code, stdout, stderr := runWith(t, nil,
		"HERALD_LOG_FORMAT", "xml",
		"HERALD_STOP_TIMEOUT", "-1s",
		"HERALD_MAX_CONCURRENT_LISTENERS", "0",
		"HERALD_RETRY_MAXIMUM_ATTEMPTS", "-3",
		"HERALD_SMTP_ADDR", "mail.herald.example:25",
		"HERALD_SMTP_TLS", "maybe",
		"HERALD_CALENDAR_URL", "calendar.herald.example",
		"DATABASE_URL", "postgres://herald@db:port/herald",
	)

	require.Equal(t, exitUsage, code)
	require.Empty(t, stdout)
	for _, text := range []string{
		`HERALD_LOG_FORMAT is "xml": write text or json`,
		"HERALD_STOP_TIMEOUT is -1s",
		"HERALD_MAX_CONCURRENT_LISTENERS is 0: it must be at least 1",
		"HERALD_RETRY_*",
		`HERALD_SMTP_TLS "maybe" must be`,
		"HERALD_CALENDAR_URL",
		"DATABASE_URL",
	} {
		require.Contains(t, stderr, text)
	}
}

func TestWhatCanNotBeReadIsReportedAtOnce(t *testing.T) {
	code, _, stderr := runWith(t, nil, "HERALD_STOP_TIMEOUT", "soon", "HERALD_MAX_CONCURRENT_LISTENERS", "many")

	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, `"soon"`)
	require.Contains(t, stderr, `"many"`)
}

func TestValidateWiresEverythingAndExits(t *testing.T) {
	code, stdout, stderr := runWith(t, []string{"-validate"}, "TEMPORAL_ADDRESS", unreachable(t))

	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, `^ok: \d+ event types, \d+ listeners, \d+ subscriptions on task queue herald\n$`, stdout)
}

func TestArgumentsAreRefused(t *testing.T) {
	code, _, stderr := runWith(t, []string{"start"})

	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, `unknown argument "start": the worker is configured by the environment`)
}

func TestHelpNamesEveryVariable(t *testing.T) {
	code, _, stderr := runWith(t, []string{"-help"})

	require.Equal(t, exitOK, code)
	require.Contains(t, stderr, "HERALD_TASK_QUEUE [herald]")
	require.Contains(t, stderr, "DATABASE_URL")
}

func TestAnInterruptedStartSaysSo(t *testing.T) {
	t.Setenv("HERALD_DATA_DIR", t.TempDir())
	t.Setenv("TEMPORAL_ADDRESS", unreachable(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr strings.Builder

	code := run(ctx, nil, &strings.Builder{}, &stderr)

	require.NotEqual(t, exitOK, code)
	require.Contains(t, stderr.String(), "context canceled")
}

// unreachable is an address that nobody listens on.
func unreachable(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}
