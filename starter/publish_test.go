package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/herald-bus/herald/events"
)

func publishCall(more ...string) []string {
	return append([]string{"publish", "call.started", "--data", aCall, "--id", anID, "--backdated"}, more...)
}

func TestPublish(t *testing.T) {
	t.Parallel()

	t.Run("prints the receipt", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		code := term.exec(publishCall()...)

		require.Zero(t, code, term.err.String())
		require.Empty(t, term.err.String())
		golden(t, "publish", term.out.String())
	})

	t.Run("seals with the flags", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		code := term.exec(publishCall("--tenant", tenant, "--correlation-id", "night-17", "--source", "/ops", "--caused-by", "operator:night-shift",
			"--metadata", "campaign=spring", "--after", "90m", "--time-skipping")...)

		require.Zero(t, code, term.err.String())
		env := term.bus.published[0]
		require.Equal(t, "call-42", env.Subject)
		require.Equal(t, tenant, env.TenantID)
		require.Equal(t, "night-17", env.CorrelationID)
		require.Equal(t, "/ops", env.Source)
		require.Equal(t, "operator:night-shift", env.CausedBy)
		require.Equal(t, "spring", env.Metadata["campaign"])
		require.Equal(t, now.Add(90*time.Minute), env.DeliverAt)
		require.True(t, env.TimeSkipping())
	})

	t.Run("delivers at an instant", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec(publishCall("--at", "2027-03-31T10:00:00+02:00")...))
		require.Equal(t, time.Date(2027, time.March, 31, 8, 0, 0, 0, time.UTC), term.bus.published[0].DeliverAt)
	})

	t.Run("names the demo's tenant by default", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec(publishCall()...))
		require.Equal(t, demoTenant, term.bus.published[0].TenantID)
	})

	t.Run("names the environment's tenant before the demo's", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.setEnv("HERALD_TENANT_ID=" + tenant)

		require.Zero(t, term.exec(publishCall()...))
		require.Equal(t, tenant, term.bus.published[0].TenantID)
	})

	t.Run("reads the data from a file", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		path := filepath.Join(t.TempDir(), "call.json")
		require.NoError(t, os.WriteFile(path, []byte("\xef\xbb\xbf"+aCall+"\n"), 0o600))

		require.Zero(t, term.exec("publish", "call.started", "--data-file", path), term.err.String())
		require.JSONEq(t, aCall, string(term.bus.published[0].Data))
	})

	t.Run("reads the data from standard input, and makes an id", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(aCall)

		require.Zero(t, term.exec("publish", "call.started", "--data-file", "-"), term.err.String())
		require.True(t, events.IsUUID(term.bus.published[0].ID))
	})

	t.Run("publishes a whole CloudEvent, over which flags win", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.input(`{"specversion":"1.0","id":"` + anID + `","source":"/crm","type":"call.started","tenantid":"` + tenant + `","data":` + aCall + `}`)

		code := term.exec("publish", "--event-file", "-", "--backdated", "--source", "/ops")

		require.Zero(t, code, term.err.String())
		env := term.bus.published[0]
		require.Equal(t, anID, env.ID)
		require.Equal(t, tenant, env.TenantID)
		require.Equal(t, "/ops", env.Source)
	})

	t.Run("is one object in JSON, on one line in JSONL, nothing with none", func(t *testing.T) {
		t.Parallel()
		for output, lines := range map[string]int{"json": 8, "jsonl": 1, "none": 0} {
			term := newTerminal(t)

			require.Zero(t, term.exec(publishCall("-o", output)...))

			require.Equal(t, lines, strings.Count(term.out.String(), "\n"), term.out.String())
			if lines > 0 {
				require.JSONEq(t, `{"id":"`+anID+`","type":"call.started","status":"published","delivery_status":"delivering","workflow_id":"event/`+anID+`","run_id":"run-1"}`, term.out.String())
			}
		}
	})
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	wrongField := strings.Replace(aCall, `"late":false`, `"late":"no"`, 1)
	missing := strings.Replace(aCall, `"zone":"Europe/Berlin",`, "", 1)
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"nothing", []string{}, "what to publish is missing"},
		{"a type without data", []string{"call.started"}, "the data of call.started is missing: give --data JSON or --data-file FILE"},
		{"an unknown type", []string{"call.startd", "--data", "{}"}, `unknown event type "call.startd"; did you mean call.started?`},
		{"a type that resembles none", []string{"invoice.paid", "--data", "{}"}, `unknown event type "invoice.paid"; known are appointment.cancelled, appointment.created, call.started`},
		{"JSON that breaks off", []string{"call.started", "--data", `{"call_id":`}, "--data: invalid JSON at 1:11: unexpected end of JSON input"},
		{"JSON with a comma too many", []string{"call.started", "--data", "{\n  \"call_id\": \"ü\",,\n}"}, `--data: invalid JSON at 2:18: invalid character ','`},
		{"empty data", []string{"call.started", "--data", " "}, "--data: it is empty"},
		{"a missing field", []string{"call.started", "--data", missing}, "data of call.started: zone is missing: it is required (text)"},
		{"a wrong field", []string{"call.started", "--data", wrongField}, `data of call.started: late must be true or false, is "no"`},
		{"a value without meaning", []string{"call.started", "--data", strings.Replace(aCall, "inbound", "sideways", 1)}, `direction "sideways" must be one of`},
		{"a whole event as data", []string{"call.started", "--data", `{"specversion":"1.0","type":"call.started"}`}, "--data is a whole CloudEvent: publish it with --event-file"},
		{"a file that is not there", []string{"call.started", "--data-file", "/nowhere/call.json"}, "--data-file: open /nowhere/call.json: no such file or directory"},
		{"a broken event file", []string{"--event-file", "-"}, "--event-file: it is empty"},
		{"an event and data", []string{"--event-file", "-", "--data", "{}"}, "--event-file is the whole event"},
		{"data twice", []string{"call.started", "--data", "{}", "--data-file", "-"}, "--data and --data-file: choose one"},
		{"lines and data", []string{"-", "--data", "{}"}, "- reads whole events from standard input"},
		{"to wait for lines", []string{"-", "--wait"}, "--wait and --id are for one event"},
		{"to wait for a delayed event", []string{"call.started", "--data", aCall, "--wait", "--after", "1h"}, "--wait: a delayed event has nothing to wait for"},
		{"two delays", []string{"call.started", "--data", aCall, "--after", "1h", "--at", "2027-03-30T09:00:00Z"}, "--after and --at: choose one"},
		{"a delay into the past", []string{"call.started", "--data", aCall, "--after", "-1h"}, "--after -1h0m0s: it must be positive"},
		{"no instant", []string{"call.started", "--data", aCall, "--at", "tomorrow"}, `--at "tomorrow": write an instant like`},
		{"a rate for one event", []string{"call.started", "--data", aCall, "--rate", "5"}, "--rate is for many events"},
		{"no concurrency", []string{"-", "--concurrency", "0"}, "--concurrency must be at least 1"},
		{"an id that is none", []string{"call.started", "--data", aCall, "--id", "42"}, `id "42" is not a UUID in canonical form`},
		{"an old id", []string{"call.started", "--data", aCall, "--id", "01860000-0000-7000-8000-000000000000"}, "as backdated if it never was published"},
		{"a tenant that is none", []string{"call.started", "--data", aCall, "--tenant", "salon"}, `tenantid "salon" must be a UUID`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			code := term.exec(append([]string{"publish"}, c.args...)...)

			require.Equal(t, exitUsage, code)
			require.Empty(t, term.out.String())
			require.True(t, strings.HasPrefix(term.err.String(), "error: "), term.err.String())
			require.Contains(t, term.err.String(), c.says)
			require.Equal(t, 1, strings.Count(term.err.String(), "\n"), "one line: %s", term.err.String())
			require.Empty(t, term.bus.published)
		})
	}
}

func TestPublishDuplicates(t *testing.T) {
	t.Parallel()
	duplicate := func(t *testing.T, status events.Status) *terminal {
		term := newTerminal(t)
		term.bus.states = map[string]events.Status{anID: status}
		return term
	}

	t.Run("answers with the first receipt", func(t *testing.T) {
		t.Parallel()
		term := duplicate(t, events.Delivered)

		require.Zero(t, term.exec(publishCall()...))
		golden(t, "publish_duplicate", term.out.String())
		require.Equal(t, "duplicate: the event was published before; nothing new was started\n", term.err.String())
	})

	t.Run("points to redrive when the first failed", func(t *testing.T) {
		t.Parallel()
		term := duplicate(t, events.Failed)

		require.Zero(t, term.exec(publishCall()...))
		require.Equal(t, "duplicate, failed: use starter redrive "+anID+"\n", term.err.String())
	})

	t.Run("is a conflict where new events are required", func(t *testing.T) {
		t.Parallel()
		term := duplicate(t, events.Delivered)

		require.Equal(t, exitConflict, term.exec(publishCall("--require-new", "-o", "json")...))
		require.Contains(t, term.out.String(), `"status": "duplicate"`)
		require.Contains(t, term.err.String(), "published before and is delivered")
	})
}

func TestPublishAndWait(t *testing.T) {
	t.Parallel()
	outcomes := []events.Outcome{
		{Listener: "audit.append-entry", Sync: true, Status: events.Succeeded, Attempts: 1},
		{Listener: "voiceai.record-start", Sync: true, Status: events.Succeeded, Attempts: 2, Emitted: []string{anID2}},
	}

	t.Run("prints the sync outcomes", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.outcomes = outcomes

		require.Zero(t, term.exec(publishCall("--wait")...), term.err.String())
		golden(t, "publish_wait", term.out.String())
	})

	t.Run("says so when one has failed", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.outcomes = append(outcomes[:1:1], events.Outcome{Listener: "voiceai.record-start", Sync: true, Status: events.GaveUp, Attempts: 3, Error: "no such line\nstack"})

		require.Equal(t, exitListeners, term.exec(publishCall("--wait")...))
		require.Contains(t, term.out.String(), "no such line")
		require.Contains(t, term.err.String(), "failed: voiceai.record-start; see: starter describe "+anID)
	})

	t.Run("does not call a handed-over one failed", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.outcomes = []events.Outcome{{Listener: "voiceai.record-start", Sync: true, Status: events.HandedOver, Attempts: 3, Error: "busy"}}

		require.Zero(t, term.exec(publishCall("--wait")...))
		require.Contains(t, term.out.String(), "handed_over")
	})

	t.Run("gives up after its time, and says how to go on", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.bus.onWait = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

		require.Equal(t, exitTimedOut, term.exec(publishCall("--wait", "--wait-timeout", "1ms")...))
		require.Equal(t, "error: no outcome after 1ms: the event goes on; follow it with: starter describe "+anID+" --watch\n", term.err.String())
	})

	t.Run("stops waiting on an interrupt, and says how to go on", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		var interrupt context.CancelFunc
		term.ctx, interrupt = context.WithCancel(t.Context())
		term.bus.onWait = func(ctx context.Context) error {
			interrupt()
			<-ctx.Done()
			return fmt.Errorf("wait: %w", ctx.Err())
		}

		require.Equal(t, exitInterrupted, term.exec(publishCall("--wait")...))
		require.Equal(t, "error: stopped waiting: the event goes on; follow it with: starter describe "+anID+" --watch\n", term.err.String())
	})
}

func TestPublishWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	term := newTerminal(t)
	term.bus.onPublish = func(context.Context, events.Envelope) error {
		return fmt.Errorf("publish: %w", serviceerror.NewUnavailable("connection closed"))
	}

	require.Equal(t, exitUnreachable, term.exec(publishCall()...))
	require.Contains(t, term.err.String(), "publish it again with --id "+anID+": it is delivered once")
}

func TestPublishDryRun(t *testing.T) {
	t.Parallel()
	term := newTerminal(t)

	require.Zero(t, term.exec(publishCall("--dry-run", "-o", "json")...))

	var env events.Envelope
	require.NoError(t, json.Unmarshal(term.out.Bytes(), &env))
	require.Equal(t, anID, env.ID)
	require.Empty(t, term.bus.published)
	require.Contains(t, term.err.String(), "dry run: nothing is published")

	again := newTerminal(t)
	again.input(term.out.String())
	require.Zero(t, again.exec("publish", "--event-file", "-", "--backdated"), again.err.String())
	require.Equal(t, env, again.bus.published[0], "what the dry run printed can be published")

	text := newTerminal(t)
	require.Zero(t, text.exec(publishCall("--dry-run")...))
	golden(t, "publish_dry_run", text.out.String())
}
