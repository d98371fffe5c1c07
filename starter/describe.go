package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

const defaultUI = "http://localhost:8233"

// A description is an event's story with the address of its page in the Web UI.
type description struct {
	workflows.Story
	URL string `json:"url"`
}

func (a *app) describeCommand() *cobra.Command {
	var ui string
	var watch bool
	var interval time.Duration
	cmd := &cobra.Command{
		Use:   "describe EVENT_ID [flags]",
		Short: "Show an event, its listeners and what became of them",
		Long: `Show an event, its listeners and what became of them.

With --watch it shows every change until the delivery has ended, and exits with
8 if listeners have failed. With -o json only the end is printed; -o jsonl
prints every change.`,
		Example: `  starter describe 0198c5a2-7a10-7cc0-8000-0123456789ab
  starter describe 0198c5a2-7a10-7cc0-8000-0123456789ab --watch`,
		Args:              positional(1, 1, "the event's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().BoolVarP(&watch, "watch", "f", false, "follow until the delivery has ended")
	cmd.Flags().DurationVar(&interval, "interval", time.Second, "`TIME` between two looks of --watch")
	cmd.Flags().StringVar(&ui, "ui-url", a.env("HERALD_UI_URL", defaultUI), "`URL` of the Web UI (HERALD_UI_URL)")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		if err := checkID(args[0]); err != nil {
			return err
		}
		if interval <= 0 {
			return usage("--interval %s: it must be positive", interval)
		}
		return a.withBus(ctx, func(b bus) error {
			d := describing{app: a, bus: b, id: args[0], ui: ui}
			if watch {
				return d.watch(ctx, interval)
			}
			story, err := d.look(ctx)
			if err != nil {
				return err
			}
			return a.print(story, func(w io.Writer) { a.describeStory(w, story) })
		})
	})
	return cmd
}

// checkID refuses what can be no event id before anybody is asked for it.
func checkID(id string) error {
	if events.IsUUID(id) {
		return nil
	}
	return usage("%q is no event id: it is a UUID in lower case, as publish and list print it", id)
}

type describing struct {
	*app
	bus bus
	id  string
	ui  string
}

func (d describing) look(ctx context.Context) (description, error) {
	story, err := d.bus.Describe(ctx, d.id)
	if err != nil {
		return description{}, err
	}
	page, err := url.JoinPath(d.ui, "namespaces", url.PathEscape(d.bus.Namespace()), "workflows", url.PathEscape(story.WorkflowID), story.RunID, "history")
	if err != nil {
		return description{}, usage("--ui-url %q: %s", d.ui, err)
	}
	return description{story, page}, nil
}

// watch shows every change until the delivery has ended.
func (d describing) watch(ctx context.Context, interval time.Duration) error {
	var shown []byte
	for {
		story, err := d.look(ctx)
		if err != nil {
			return d.stopped(ctx, err)
		}
		ended := story.Status == events.Delivered || story.Status == events.Failed
		state, err := json.Marshal(story)
		if err != nil {
			return fmt.Errorf("encode the story: %w", err)
		}
		if changed := !bytes.Equal(state, shown); ended || changed && d.flags.output != outputJSON {
			if err := d.show(story, shown != nil); err != nil {
				return err
			}
		}
		shown = state
		switch {
		case ended && story.Status == events.Failed:
			return exit(exitListeners, "failed: %s; mend the cause, then: starter redrive %s", strings.Join(failedOf(story.Story), ", "), d.id)
		case ended:
			return nil
		}
		timer := time.NewTimer(interval)
		select {
		case <-ctx.Done():
			timer.Stop()
			return d.stopped(ctx, ctx.Err())
		case <-timer.C:
		}
	}
}

func (d describing) stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return exit(endOf(ctx), "stopped watching: %s", goesOn(d.id))
}

// show prints a state; on a terminal it takes the place of the one before.
func (d describing) show(story description, again bool) error {
	return d.print(story, func(w io.Writer) {
		switch {
		case d.width(d.stdout) > 0:
			_, _ = io.WriteString(w, "\x1b[H\x1b[2J")
		case again:
			_, _ = io.WriteString(w, "\n")
		}
		d.describeStory(w, story)
	})
}

func failedOf(story workflows.Story) []string {
	var names []string
	for _, l := range story.Listeners {
		if l.Status == events.GaveUp {
			names = append(names, l.Listener)
		}
	}
	if len(names) == 0 {
		return []string{"the delivery itself"}
	}
	return names
}

// describeStory writes a story for people.
func (a *app) describeStory(w io.Writer, d description) {
	paint, env := a.paint(a.stdout), d.Envelope
	status := paint.status(string(d.Status))
	if d.Runs > 1 {
		status += fmt.Sprintf(" (run %d: redriven)", d.Runs)
	}
	a.pairs(w,
		[2]string{"event", paint.bold(d.EventID)},
		[2]string{"type", fmt.Sprintf("%s (version %d)", d.Type, env.Version)},
		[2]string{"status", status},
		[2]string{"failure", paint.red(firstLine(d.Failure))},
		[2]string{"aggregate", d.AggregateType + " " + d.AggregateID},
		[2]string{"happened", a.when(env.Time)},
		[2]string{"published", a.when(d.PublishedAt)},
		[2]string{"deliver at", a.when(env.DeliverAt)},
		[2]string{"ended", a.when(d.ClosedAt)},
		[2]string{"correlation", d.CorrelationID},
		[2]string{"caused by", env.CausedBy},
		[2]string{"causation", d.CausationID},
		[2]string{"hops", count(env.Hops)},
		[2]string{"tenant", d.TenantID},
		[2]string{"source", d.Source},
		[2]string{"trace", env.TraceParent},
		[2]string{"workflow", d.WorkflowID},
		[2]string{"web ui", d.URL},
	)
	_, _ = fmt.Fprintln(w)
	if len(d.Listeners) == 0 {
		_, _ = fmt.Fprintln(w, "no listeners are planned yet")
	} else {
		a.listenerStories(w, d.Listeners)
	}
	_, _ = fmt.Fprintf(w, "\n%s\n%s\n", paint.dim("data"), indent(env.Data))
}

// listenerStories writes the plan with outcomes, and what was emitted.
func (a *app) listenerStories(w io.Writer, listeners []workflows.ListenerStory) {
	paint := a.paint(a.stdout)
	var rows, emitted [][]string
	for i, l := range listeners {
		next := a.when(l.NextAttemptAt)
		rows = append(rows, []string{strconv.Itoa(i + 1), l.Listener, mode(l.Sync), outcomeText(paint, l), attempts(l), next, firstLine(l.Error)})
		for _, e := range l.Emitted {
			emitted = append(emitted, []string{l.Listener, e.EventID, e.Type, a.when(e.DeliverAt)})
		}
	}
	a.table(w, []string{">#", "LISTENER", "MODE", "STATUS", ">ATTEMPTS", "NEXT ATTEMPT", "LAST ERROR"}, rows)
	if len(emitted) > 0 {
		_, _ = fmt.Fprintln(w)
		a.table(w, []string{"EMITTED BY", "EVENT", "TYPE", "DELIVER AT"}, emitted)
	}
}

// outcomeText marks what an earlier run has settled.
func outcomeText(p paint, l workflows.ListenerStory) string {
	text := p.status(string(l.Status))
	if l.Carried {
		text += " (earlier run)"
	}
	return text
}

// attempts writes how many have run, and of how many where that is one ladder.
func attempts(l workflows.ListenerStory) string {
	if l.Sync || l.Attempts == 0 || l.Retry.MaximumAttempts == 0 {
		return count(l.Attempts)
	}
	return fmt.Sprintf("%d of %d", l.Attempts, l.Retry.MaximumAttempts)
}

func mode(sync bool) string {
	if sync {
		return "sync"
	}
	return "async"
}
