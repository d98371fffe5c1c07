package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/herald-bus/herald/events"
)

// What became of publishing one event.
const (
	statusPublished = "published"
	statusDuplicate = "duplicate"
	statusRejected  = "rejected"
	statusValid     = "valid" // a dry run
)

// A publishResult is what became of publishing one event.
type publishResult struct {
	// Line counts the lines of standard input from 1.
	Line   int    `json:"line,omitzero"`
	ID     string `json:"id,omitzero"`
	Type   string `json:"type,omitzero"`
	Status string `json:"status"`
	// DeliveryStatus is where the delivery stood; for a duplicate, that of the first.
	DeliveryStatus events.Status    `json:"delivery_status,omitzero"`
	WorkflowID     string           `json:"workflow_id,omitzero"`
	RunID          string           `json:"run_id,omitzero"`
	Outcomes       []events.Outcome `json:"outcomes,omitzero"`
	Error          string           `json:"error,omitzero"`
}

func (r *publishResult) receive(receipt events.Receipt) {
	r.ID, r.Type, r.Status = receipt.EventID, receipt.Type, statusPublished
	if receipt.Duplicate {
		r.Status = statusDuplicate
	}
	r.DeliveryStatus, r.WorkflowID, r.RunID = receipt.Status, receipt.WorkflowID, receipt.RunID
}

// one publishes one event.
func (p *publishing) one(ctx context.Context, args []string) error {
	env, err := p.read(args)
	if err != nil {
		return err
	}
	env, err = p.seal(env)
	if err != nil {
		return exit(exitUsage, "%s", oneLine(err))
	}
	if p.flags.dryRun {
		return p.dryRun(env)
	}
	if p.flags.wait && env.DeliverAt.After(p.now()) {
		return usage("--wait: the event is delayed until %s; follow it with starter describe %s --watch", p.when(env.DeliverAt), env.ID)
	}
	return p.withBus(ctx, func(b bus) error { return p.send(ctx, b, env) })
}

// dryRun prints the event as it would be published.
func (p *publishing) dryRun(env events.Envelope) error {
	p.say("dry run: nothing is published; as json it is an --event-file with this id")
	return p.print(env, func(w io.Writer) {
		p.pairs(w,
			[2]string{statusValid, env.ID},
			[2]string{"type", fmt.Sprintf("%s (version %d)", env.Type, env.Version)},
			[2]string{"subject", env.Subject},
			[2]string{"tenant", env.TenantID},
			[2]string{"delivery", p.when(env.DeliverAt)},
			[2]string{"listeners", strings.Join(namesOf(p.registry.Listeners(env.Type)), ", ")},
		)
	})
}

func namesOf(listeners []events.Listener) []string {
	names := make([]string, len(listeners))
	for i, l := range listeners {
		names[i] = l.Name()
	}
	return names
}

func (p *publishing) send(ctx context.Context, b bus, env events.Envelope) error {
	var receipt events.Receipt
	var outcomes []events.Outcome
	var err error
	if p.flags.wait {
		waiting, cancel := context.WithTimeout(ctx, p.flags.waitTimeout)
		defer cancel()
		receipt, outcomes, err = b.PublishAndWait(waiting, env, p.sealed()...)
		if err != nil && waiting.Err() != nil && ctx.Err() == nil {
			return exit(exitTimedOut, "no outcome after %s: %s", p.flags.waitTimeout, goesOn(env.ID))
		}
	} else {
		receipt, err = b.Publish(ctx, env, p.sealed()...)
	}
	if err != nil {
		return p.unsure(ctx, env.ID, err)
	}
	var result publishResult
	result.receive(receipt)
	result.Outcomes = outcomes
	if err := p.print(result, func(w io.Writer) { p.describeResult(w, result) }); err != nil {
		return err
	}
	return p.verdict(result)
}

// unsure explains a publish without an answer: repeating it is safe.
func (p *publishing) unsure(ctx context.Context, id string, err error) error {
	again := "to be sure, publish it again with --id " + id + ": it is delivered once"
	failure := p.explain(err)
	switch {
	case ctx.Err() != nil && p.flags.wait:
		failure.text = "stopped waiting: " + goesOn(id)
		failure.code = endOf(ctx)
	case ctx.Err() != nil:
		failure.text = "stopped before the server answered; " + again
		failure.code = endOf(ctx)
	case failure.code == exitUnreachable:
		failure.text += "; " + again
	}
	return &failure
}

func (p *publishing) describeResult(w io.Writer, r publishResult) {
	paint := p.paint(p.stdout)
	p.pairs(w,
		[2]string{r.Status, paint.bold(r.ID)},
		[2]string{"type", r.Type},
		[2]string{"delivery", paint.status(string(r.DeliveryStatus))},
		[2]string{"workflow", r.WorkflowID},
		[2]string{"run", r.RunID},
	)
	if len(r.Outcomes) == 0 {
		return
	}
	rows := make([][]string, len(r.Outcomes))
	for i, o := range r.Outcomes {
		rows[i] = []string{o.Listener, paint.status(string(o.Status)), count(o.Attempts), count(len(o.Emitted)), firstLine(o.Error)}
	}
	_, _ = fmt.Fprintln(w)
	p.table(w, []string{"SYNC LISTENER", "STATUS", ">ATTEMPTS", ">EMITTED", "ERROR"}, rows)
}

// verdict is the exit code of a publish that got an answer.
func (p *publishing) verdict(r publishResult) error {
	if r.Status == statusDuplicate {
		switch {
		case p.flags.requireNew:
			return exit(exitConflict, "event %s was published before and is %s; --require-new takes new events only", r.ID, r.DeliveryStatus)
		case r.DeliveryStatus == events.Failed:
			p.say("duplicate, failed: use starter redrive %s", r.ID)
		default:
			p.say("duplicate: the event was published before; nothing new was started")
		}
	}
	var failed []string
	for _, o := range r.Outcomes {
		if o.Status == events.GaveUp {
			failed = append(failed, o.Listener)
		}
	}
	if len(failed) > 0 {
		return exit(exitListeners, "failed: %s; see: starter describe %s", strings.Join(failed, ", "), r.ID)
	}
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// count writes a number, and nothing for none.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
