package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/workflows"
)

func someFigures() []figures.Measure {
	return []figures.Measure{
		{Name: "bookings", Unit: figures.Count, Rows: []figures.Row{{Group: "aylin", Sum: 3}, {Group: "jonas", Sum: 12}}},
		{Name: "no_show_rate", Unit: figures.Share, Rows: []figures.Row{{Group: "aylin", Sum: 2, Of: 32}, {Group: "jonas"}}},
		{Name: "lost_revenue", Unit: figures.Money, Rows: []figures.Row{{Group: "aylin", Currency: "EUR", Sum: 125005}, {Group: "jonas", Currency: "EUR", Sum: -150}}},
		{Name: "time_to_booking", Unit: figures.Seconds, Rows: []figures.Row{{Group: "aylin", Sum: 271, Of: 3}, {Group: "jonas"}}},
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()

	t.Run("asks for the last thirty days", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, figures.Query{Measures: []string{}, From: "2027-03-01", To: "2027-03-30"}, question[figures.Query](t, "figures", workflows.StepReport))
	})

	t.Run("asks for what the line says", func(t *testing.T) {
		t.Parallel()
		want := figures.Query{Measures: []string{"bookings", "fees"}, From: "2027-02-01", To: "2027-02-28", By: "day"}
		for _, command := range []string{"figures", "figures export"} {
			require.Equal(t, want, question[figures.Query](t, command+" bookings fees --from 2027-02-01 --to 2027-02-28 --by day", workflows.StepReport))
		}
	})

	t.Run("prints a table", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepReport] = someFigures()

		require.Zero(t, term.exec("figures", "--by", "staff"))
		golden(t, "figures", term.out.String())
	})

	t.Run("prints no group where there is but one", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepReport] = []figures.Measure{{Name: "bookings", Unit: figures.Count, Rows: []figures.Row{{Sum: 3}}}}

		require.Zero(t, term.exec("figures"))
		require.Equal(t, "MEASURE   FIGURE  OF\nbookings       3\n", term.out.String())
	})

	t.Run("prints JSON", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepReport] = someFigures()

		require.Zero(t, term.exec("figures", "-o", "json"))
		var got []figures.Measure
		require.NoError(t, json.Unmarshal(term.out.Bytes(), &got))
		require.Equal(t, someFigures(), got)
	})

	t.Run("says that there is nothing", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("figures"))
		require.Empty(t, term.out.String())
		require.Equal(t, "nothing from 2027-03-01 to 2027-03-30\n", term.err.String())
	})

	t.Run("writes CSV", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepReport] = someFigures()

		require.Zero(t, term.exec("figures", "export", "--by", "staff"))
		golden(t, "figures_export", term.out.String())
	})

	t.Run("names what is refused", func(t *testing.T) {
		t.Parallel()
		for _, code := range []string{"unknown_measure", "range_too_long"} {
			term := newTerminal(t)
			term.clerk.failed = events.Refuse(code, "ANA-13", "ask for less")

			require.Equal(t, exitConflict, term.exec("figures", "happiness"))
			require.Equal(t, "error: "+code+" (ANA-13): ask for less\n", term.err.String())
		}
	})

	t.Run("refuses what is no date", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Equal(t, exitUsage, term.exec("figures", "--to", "tomorrow"))
		require.Equal(t, "error: --to \"tomorrow\": write a date such as 2027-03-30\n", term.err.String())
	})

	t.Run("completes measures and dimensions", func(t *testing.T) {
		t.Parallel()
		for line, want := range map[string][]string{"figures no": {"no_show_rate", "not_bounced"}, "figures --by ": domains.Dimensions()} {
			term := newTerminal(t)

			require.Zero(t, term.exec(append([]string{"__complete"}, strings.Split(line, " ")...)...))
			for _, value := range want {
				require.Contains(t, term.out.String(), value+"\n")
			}
		}
	})
}

func TestRebuild(t *testing.T) {
	t.Parallel()

	t.Run("asks under a new id each time", func(t *testing.T) {
		t.Parallel()
		ask := func() figures.RebuildRequest {
			return question[figures.RebuildRequest](t, "figures rebuild --from 2027-02-01 --to 2027-02-28", workflows.StepRebuild)
		}
		first, second := ask(), ask()
		require.Equal(t, "2027-02-01", first.From)
		require.Equal(t, "2027-02-28", first.To)
		require.NotEqual(t, first.ID, second.ID)
	})

	t.Run("prints what was done", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepRebuild] = figures.Rebuilt{Days: 7, Events: 1234}

		require.Zero(t, term.exec("figures", "rebuild"))
		require.Equal(t, "from    2027-03-01\nto      2027-03-30\nevents  1234\ndays    7\n", term.out.String())
	})

	t.Run("says that another is at it", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.failed = events.Refuse("already_running", "ANA-6", "wait")

		require.Equal(t, exitConflict, term.exec("figures", "rebuild"))
		require.Equal(t, "error: already_running (ANA-6): wait\n", term.err.String())
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()

	t.Run("says that all is well", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.answers[workflows.StepVerify] = audit.Verification{Checked: 42}

		require.Zero(t, term.exec("audit", "verify"))
		require.Equal(t, "chain    ok\nchecked  42\n", term.out.String())
		require.Empty(t, term.err.String())
	})

	t.Run("fails on a broken chain", func(t *testing.T) {
		t.Parallel()
		broken := audit.Verification{Checked: 41, BadSeq: 42, Kind: "hash", Expected: "aa", Found: "bb"}
		for output, want := range map[string]string{
			"text":  "chain      broken\nchecked    41\nbad entry  42\nkind       hash\nexpected   aa\nfound      bb\n",
			"jsonl": `{"ok":false,"checked":41,"bad_seq":42,"kind":"hash","expected":"aa","found":"bb"}` + "\n",
		} {
			term := newTerminal(t)
			term.clerk.answers[workflows.StepVerify] = broken

			require.Equal(t, exitFailed, term.exec("audit", "verify", "-o", output))
			require.Equal(t, want, term.out.String())
			require.Equal(t, "error: the audit trail is broken at 42: hash\n", term.err.String())
		}
	})

	t.Run("starts where it is told", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, audit.VerifyRequest{From: 7}, question[audit.VerifyRequest](t, "audit verify --from 7", workflows.StepVerify))
		term := newTerminal(t)
		require.Equal(t, exitUsage, term.exec("audit", "verify", "--from", "-1"))
	})

	t.Run("tells what has failed", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.failed = errors.New("the database is away")

		require.Equal(t, exitFailed, term.exec("audit", "verify"))
	})
}
