package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// deskCommands are one of each that can be typed.
var deskCommands = map[string]string{
	"seed":         "seed",
	"slots":        "slots damen",
	"hold":         "hold damen --at 2027-03-31T10:00 --session s",
	"renew":        "renew " + anAppointment + " --session s",
	"release":      "release " + anAppointment + " --session s",
	"book":         "book damen --at 2027-03-31T10:00 --key k-1",
	"reschedule":   "reschedule " + anAppointment + " --to 2027-03-31T10:00 --command-id c-1",
	"cancel":       "cancel " + anAppointment + " --command-id c-1",
	"update":       "update " + anAppointment + " --notes x --command-id c-1",
	"confirm":      "confirm " + anAppointment + " --command-id c-1",
	"check-in":     "check-in " + anAppointment + " --command-id c-1",
	"complete":     "complete " + anAppointment + " --command-id c-1",
	"no-show":      "no-show " + anAppointment + " --command-id c-1",
	"appointments": "appointments",
	"customers":    "customers Ida",
	"merge":        "customers merge " + aCustomer + " " + aDuplicate + " --command-id c-1",
	"unmerge":      "customers unmerge " + aMerge + " --command-id c-1",
	"erase":        "customers erase " + aCustomer + " --command-id c-1",
	"series":       "series",
	"plan":         "series plan damen --at 2027-03-31T10:00 --count 2 --id " + anAppointment,
	"change":       "series change " + anAppointment + " --at 2027-03-31T10:00 --count 2 --command-id c-1",
	"skip":         "series skip " + anAppointment + " --date 2027-04-06 --command-id c-1",
	"end":          "series end " + anAppointment + " --command-id c-1",
	"callbacks":    "callbacks",
	"attempt":      "callbacks attempt " + aCallback + " --reached --attempt 1",
	"outcome":      "callbacks complete " + aCallback + " --outcome booked",
}

func TestDeskUsageErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args, says string
	}{
		{"slots", "the service is missing, as in: starter slots damen --branch berlin"},
		{"update " + anAppointment, "nothing is to change: take --notes, --attendee, --staff or --service"},
		{"slots damn", `SERVICE "damn": did you mean damen?`},
		{"slots Damen!", `SERVICE "Damen!": `},
		{"slots quux", `SERVICE "quux": write a UUID, or a name of the demo: herren, damen, `},
		{"slots damen --branch muenchn", `--branch "muenchn": did you mean muenchen?`},
		{"slots damen --branch aylin", `--branch "aylin": write a UUID, or a name of the demo: berlin or muenchen`},
		{"slots damen --staff damen", `--staff "damen": write a UUID, or a name of the demo: aylin, `},
		{"slots damen --days 0", "--days 0: ask for 1 to 31 days"},
		{"slots damen --days 32", "--days 32: ask for 1 to 31 days"},
		{"slots damen --limit 0", "--limit 0: it must be at least 1"},
		{"slots damen --from soon", `--from "soon": write 2027-03-30T10:00 for the clock in Europe/Berlin, or 2027-03-30T08:00:00Z`},
		{"slots damen --zone Mars/Phobos", `--zone "Mars/Phobos": write an IANA time zone such as Europe/Berlin`},
		{"slots damen --zone Local", `--zone "Local": write an IANA time zone`},
		{"slots damen --origin fax", `--origin "fax": choose voice, portal, web, api or staff`},
		{"slots damen --tenant flaumfeder", `--tenant "flaumfeder": it is a UUID in lower case`},
		{"book --at 2027-03-31T10:00", "the service is missing, as in: starter book damen --at "},
		{"book damen", "--at is missing: when shall it be? starter slots damen shows what is free"},
		{"book damn --at 2027-03-31T10:00", `SERVICE "damn": did you mean damen?`},
		{"book damen --at 2027-03-31T10:00 --staff ayln", `--staff "ayln": did you mean aylin?`},
		{"book damen --at 10:00", `--at "10:00": write 2027-03-30T10:00 for the clock in Europe/Berlin`},
		{"book damen --at 2027-03-31T10:00 --zone Berlin", `--zone "Berlin": write an IANA time zone`},
		{"book damen --at 2027-03-31T10:00 --origin system", `--origin "system": choose voice, portal, web, api or staff`},
		{"book damen --at 2027-03-31T10:00 --wait -1s", "--wait -1s: choose up to 5s, the longest with --origin web; what takes longer goes on"},
		{"book damen --at 2027-03-31T10:00 --origin voice --wait 4s", "--wait 4s: choose up to 3s, the longest with --origin voice"},
		{"book damen --at 2027-03-31T10:00 --wait 2m", "--wait 2m0s: choose up to 5s"},
		{"book damen --at 2027-03-31T10:00 --customer " + aCustomer, "--customer: only with --origin staff or portal, where it is known who acts"},
		{"book damen --at 2027-03-31T10:00 --origin staff --customer ida", `--customer "ida": it is a UUID; starter customers finds it`},
		{"book damen --at 2027-03-31T10:00 --origin portal", "--customer is missing: --origin portal is somebody who has logged in"},
		{"book damen --at 2027-03-31T10:00 --caller +491713920011", "--caller and --call: only with --origin voice"},
		{"book damen --at 2027-03-31T10:00 --call c-1", "--caller and --call: only with --origin voice"},
		{"book damen --at 2027-03-31T10:00 --tenant x", `--tenant "x": it is a UUID`},
		{"hold damen --session s", "--at is missing: when shall it be? starter slots damen shows what is free"},
		{"hold damen --at 2027-03-31T10:00", "--session is missing: whose hold is it?"},
		{"hold damn --at 2027-03-31T10:00 --session s", `SERVICE "damn": did you mean damen?`},
		{"hold damen --at 2027-03-31T10:00 --session s --staff ayln", `--staff "ayln": did you mean aylin?`},
		{"hold damen --at soon --session s", `--at "soon": write `},
		{"hold damen --at 2027-03-31T10:00 --session s --id 7", `--id "7": it is a UUID in lower case`},
		{"hold damen --at 2027-03-31T10:00 --session s --origin fax", `--origin "fax": choose `},
		{"hold damen --at 2027-03-31T10:00 --session s --tenant x", `--tenant "x": it is a UUID`},
		{"renew", "the hold's id is missing, as in: starter renew "},
		{"renew 7 --session s", `"7" is no hold's id: it is a UUID; starter hold prints it`},
		{"renew " + anAppointment, "--session is missing: it is that of starter hold"},
		{"renew " + anAppointment + " --session s --zone Mars", `--zone "Mars": write an IANA time zone`},
		{"release 7 --session s", `"7" is no hold's id: it is a UUID; starter hold prints it`},
		{"release " + anAppointment, "--session is missing: it is that of starter hold"},
		{"release " + anAppointment + " --session s --tenant x", `--tenant "x": it is a UUID`},
		{"reschedule " + anAppointment, "--to is missing: when shall it be, such as "},
		{"reschedule " + anAppointment + " --to never", `--to "never": write `},
		{"reschedule " + anAppointment + " --to 2027-03-31T10:00 --staff damen", `--staff "damen": write a UUID`},
		{"reschedule 7 --to 2027-03-31T10:00", `"7" is no appointment's id: it is a UUID; starter appointments lists them`},
		{"cancel", "the appointment's id is missing, as in: starter cancel "},
		{"cancel ida", `"ida" is no appointment's id: it is a UUID; starter appointments lists them`},
		{"cancel " + anAppointment + " --expected-version -1", "--expected-version -1: it counts from 1"},
		{"cancel " + anAppointment + " --customer " + aCustomer, "--customer: only with --origin portal, where it is known who acts"},
		{"cancel " + anAppointment + " --origin portal", "--customer is missing: --origin portal is somebody who has logged in"},
		{"confirm " + anAppointment + " --wait 61s", "--wait 1m1s: choose up to 5s, the longest with --origin staff"},
		{"confirm 7", `"7" is no appointment's id`},
		{"appointments --customer ida", `--customer "ida": it is a UUID; starter customers finds it`},
		{"appointments --status done", `--status "done": choose pending, confirmed, `},
		{"appointments --days 0", "--days 0: ask for 1 to 3660 days"},
		{"appointments --limit 1001", "--limit 1001: ask for 1 to 1000"},
		{"appointments --branch quux", `--branch "quux": write a UUID`},
		{"customers merge " + aCustomer, "a customer's id is missing, as in: starter customers merge $CUSTOMER $DUPLICATE"},
		{"customers merge " + aCustomer + " ida", `"ida" is no customer's id: it is a UUID; starter customers finds it`},
		{"customers erase ida", `"ida" is no customer's id: it is a UUID; starter customers finds it`},
		{"customers unmerge 7", `"7" is no merge's id: it is a UUID, which starter customers merge has printed`},
		{"customers Ida Probst", `unexpected argument "Probst", as in: starter customers "Ida Probst"`},
		{"callbacks lst", `unknown command "lst"; did you mean list?`},
		{"callbacks --limit 0", "--limit 0: ask for 1 to 1000"},
		{"callbacks list --branch quux", `--branch "quux": write a UUID`},
		{"callbacks list extra", `unexpected argument "extra", as in: starter callbacks list --staff aylin`},
		{"callbacks attempt --reached", "the callback's id is missing, as in: starter callbacks attempt "},
		{"callbacks attempt " + aCallback, "was somebody there? Write either --reached or --failed"},
		{"callbacks attempt " + aCallback + " --reached --failed", "was somebody there? Write either --reached or --failed"},
		{"callbacks attempt " + aCallback + " --reached --attempt -1", "--attempt -1: it counts from 1"},
		{"callbacks attempt vera --reached", `"vera" is no callback's id: it is a UUID; starter callbacks lists them`},
		{"callbacks complete " + aCallback, "--outcome is missing: what came of it, such as booked?"},
		{"callbacks complete 7 --outcome booked", `"7" is no callback's id`},
		{"callbacks complete " + aCallback + " --outcome booked --appointment 7", `--appointment "7": it is a UUID; starter appointments lists them`},
		{"seed --tenant flaumfeder", `--tenant "flaumfeder": it is a UUID in lower case`},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			code := term.exec(strings.Fields(c.args)...)

			require.Equal(t, exitUsage, code, term.err.String())
			require.Empty(t, term.out.String())
			require.Contains(t, term.err.String(), "error: "+c.says)
			require.Equal(t, 1, strings.Count(term.err.String(), "\n"), "one line")
			require.Zero(t, term.clerk.commands(), "the desk is not bothered")
		})
	}
}

func TestDeskAway(t *testing.T) {
	t.Parallel()
	for name, args := range deskCommands {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.clerk.away = &temporalclient.ConnectError{Address: "127.0.0.1:7233", Err: errors.New("connection refused")}

			code := term.exec(strings.Fields(args)...)

			require.Equal(t, exitUnreachable, code)
			require.Empty(t, term.out.String())
			require.Contains(t, term.err.String(), `connect to 127.0.0.1:7233: connection refused: is the server up?`)
		})
	}
}

func TestUnanswered(t *testing.T) {
	t.Parallel()
	again := map[string]string{
		"book": "ask again with --key k-1", "reschedule": "ask again with --command-id c-1", "cancel": "ask again with --command-id c-1", "confirm": "ask again with --command-id c-1",
		"update": "ask again with --command-id c-1", "check-in": "ask again with --command-id c-1", "complete": "ask again with --command-id c-1", "no-show": "ask again with --command-id c-1",
		"merge": "ask again with --command-id c-1", "unmerge": "ask again with --command-id c-1", "erase": "ask again with --command-id c-1",
		"attempt": "ask again with --attempt 1", "outcome": "ask again with the same words", "release": "ask again with the same words", "renew": "ask again with the same words",
		"plan": "ask again with --id " + anAppointment, "change": "ask again with --command-id c-1", "skip": "ask again with --command-id c-1", "end": "ask again with --command-id c-1",
	}
	for _, c := range []struct {
		name string
		err  error
		code int
		says string
	}{
		{"late", fmt.Errorf("book: %w", context.DeadlineExceeded), exitTimedOut, "no answer, is a worker running? It may still be done; "},
		{"interrupted", fmt.Errorf("book: %w", context.Canceled), exitInterrupted, "interrupted: it may have been done; "},
		{"gone", serviceerror.NewUnavailable("connection closed"), exitUnreachable, "connection closed: the server is gone, and it may have been done; "},
	} {
		for name, hint := range again {
			t.Run(c.name+" "+name, func(t *testing.T) {
				t.Parallel()
				term := newTerminal(t)
				term.clerk.failed = c.err

				code := term.exec(strings.Fields(deskCommands[name])...)

				require.Equal(t, c.code, code)
				require.Equal(t, "error: "+c.says+hint+"\n", term.err.String())
			})
		}
	}

	t.Run("a question is late", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.failed = fmt.Errorf("no worker has done it: %w", context.DeadlineExceeded)

		require.Equal(t, exitTimedOut, term.exec("slots", "damen"))
		require.Contains(t, term.err.String(), "error: timed out: no worker has done it")
	})

	t.Run("anything else is as it is", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.failed = errors.New("out of paper")

		require.Equal(t, exitFailed, term.exec("book", "damen", "--at", "2027-03-31T10:00"))
		require.Equal(t, "error: out of paper\n", term.err.String())
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		no   *events.Refusal
		code int
		says string
	}{
		{"a rule's no", events.Refuse("too_soon", "APT-3", "%s is the earliest start", "10:00"), exitConflict, "error: too_soon (APT-3): 10:00 is the earliest start\n"},
		{"without a rule", events.Refuse("closed", "", "come tomorrow"), exitConflict, "error: closed: come tomorrow\n"},
		{"what is not there", events.Refuse("not_found", "TEN-5", "there is no appointment"), exitNotFound, "error: not_found (TEN-5): there is no appointment\n"},
	} {
		for name, args := range deskCommands {
			t.Run(c.name+" "+name, func(t *testing.T) {
				t.Parallel()
				term := newTerminal(t)
				term.clerk.booking = workflows.BookingAnswer{State: workflows.Refused, Refusal: c.no}
				term.clerk.change = workflows.ChangeAnswer{State: workflows.Refused, Refusal: c.no, Appointment: aView()}
				term.clerk.series = workflows.SeriesAnswer{State: workflows.Refused, Refusal: c.no}
				life := strings.Contains(args, "--key") || strings.Contains(args, "--command-id") && !strings.HasPrefix(args, "customers ")
				if !life { // it is a single step, whose refusal is its error
					term.clerk.failed = c.no
				}

				code := term.exec(strings.Fields(args)...)

				require.Equal(t, c.code, code)
				require.Empty(t, term.out.String())
				require.Equal(t, c.says, term.err.String())
			})
		}
	}
}

func TestCause(t *testing.T) {
	t.Parallel()

	t.Run("is the demo's tenant and whoever sits here", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("seed"), term.err.String())

		cause := term.clerk.asked[0].Cause
		require.Equal(t, demoTenant, cause.TenantID)
		require.Equal(t, "operator@desk", cause.CausedBy)
		require.True(t, events.IsUUID(cause.CorrelationID))
	})

	t.Run("is the environment's tenant", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.setEnv("HERALD_TENANT_ID=" + tenant)

		require.Zero(t, term.exec(strings.Fields(deskCommands["cancel"])...), term.err.String())
		require.Equal(t, tenant, term.clerk.cancels[0].Cause.TenantID)
	})

	t.Run("is what the flags say", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.setEnv("HERALD_TENANT_ID=" + demoTenant)
		args := deskCommands["book"] + " --tenant " + tenant + " --correlation-id case-7 --identity front@desk"

		require.Zero(t, term.exec(strings.Fields(args)...), term.err.String())
		require.Equal(t, workflows.Cause{TenantID: tenant, CorrelationID: "case-7", CausedBy: "front@desk"}, term.clerk.books[0].Cause)
		require.Equal(t, "front@desk", term.connectOptions.Identity)
	})
}

func TestDemoThings(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}

	for _, thing := range domains.DemoThings() {
		require.False(t, seen[thing.Short], "%s means one thing", thing.Short)
		seen[thing.Short] = true
		require.True(t, events.IsUUID(thing.ID))
		require.NotEmpty(t, thing.Name)
	}
	require.Len(t, seen, 17)
}
