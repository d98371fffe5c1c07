package workflows

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
)

// The server's limits, in bytes, of what it shows with a workflow.
const (
	maxSummary = 400
	maxDetails = 20_000
)

// summary is the line that the Web UI shows beside the workflow.
func summary(env events.Envelope) string {
	return truncate(env.Type+" · "+env.Subject, maxSummary)
}

// details is the event's envelope in words, fixed for the workflow's life.
func details(env events.Envelope) string {
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", name, cell(value))
		}
	}
	b.WriteString("| event | |\n|---|---|\n")
	row("type", env.Type+" v"+strconv.Itoa(env.Version))
	row("subject", env.Subject)
	row("time", env.Time.Format(time.RFC3339Nano))
	row("source", env.Source)
	row("correlation", env.CorrelationID)
	row("caused by event", env.CausationID)
	row("caused by", env.CausedBy)
	row("tenant", env.TenantID)
	row("hops", strconv.Itoa(env.Hops))
	if !env.DeliverAt.IsZero() {
		row("deliver at", env.DeliverAt.Format(time.RFC3339Nano))
	}
	if env.TimeSkipping() {
		row("time skipping", "on: the server skips idle time of this event")
	}
	return truncate(b.String(), maxDetails)
}

// show writes the table of listeners and outcomes that the Web UI renders.
func (d *delivery) show(ctx workflow.Context) {
	var b strings.Builder
	b.WriteString("| listener | mode | priority | outcome | attempts | error |\n|---|---|---|---|---|---|\n")
	for _, o := range d.redrive.Carried {
		fmt.Fprintf(&b, "| %s | %s | | %s, in an earlier run | %d | |\n", o.Listener, mode(o.Sync), o.Status, o.Attempts)
	}
	for _, t := range d.tasks {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %d | %s |\n", t.Listener, mode(t.Sync), t.step.Priority, t.Status, t.Attempts, cell(truncate(t.Error, 120)))
	}
	workflow.SetCurrentDetails(ctx, truncate(b.String(), maxDetails))
}

func mode(sync bool) string {
	if sync {
		return "sync"
	}
	return "async"
}

// cell keeps a text from ending its table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func truncate(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return strings.ToValidUTF8(text[:bytes-len("…")], "") + "…"
}
