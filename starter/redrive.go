package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

const (
	statusRedriven = "redriven"
	statusRunning  = "running" // somebody else was faster
)

// A redriveResult is what became of redriving one event.
type redriveResult struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	// DeliveryStatus is where the delivery stands now.
	DeliveryStatus events.Status `json:"delivery_status,omitzero"`
	RunID          string        `json:"run_id,omitzero"`
	Error          string        `json:"error,omitzero"`
}

func (a *app) redriveCommand() *cobra.Command {
	var options workflows.RedriveOptions
	cmd := &cobra.Command{
		Use:   "redrive {EVENT_ID... | -} [flags]",
		Short: "Run the failed listeners of events again",
		Long: `Run the failed listeners of events again.

Listeners that succeeded are left alone. A redrive is one new run, however often
and by how many it is asked for; an event that did not fail is refused. With "-"
the ids are read from standard input, one a line. Who and why is kept in the
event's history.`,
		Example: `  starter redrive 0198c5a2-7a10-7cc0-8000-0123456789ab --reason "mail is back"
  starter list --status failed -o jsonl | jq -r .event_id | starter redrive -`,
		Args:              positional(1, -1, "the event's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().StringVar(&options.Reason, "reason", "", "`TEXT` for the history")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		options.By = a.flags.who(a)
		ids, err := a.redriveIDs(ctx, args)
		if err != nil || len(ids) == 0 {
			return err
		}
		return a.withBus(ctx, func(b bus) error { return a.redrive(ctx, b, ids, options) })
	})
	return cmd
}

// redriveIDs returns the ids of the arguments or of standard input, each once.
func (a *app) redriveIDs(ctx context.Context, args []string) ([]string, error) {
	if slices.Contains(args, streamArg) {
		if len(args) > 1 {
			return nil, usage("- reads the ids from standard input: name none beside it")
		}
		args = nil
		for line := range newLineReader(a.stdin).lines(ctx) {
			args = append(args, string(line.text))
		}
		if ctx.Err() != nil {
			return nil, exit(endOf(ctx), "interrupted; nothing was redriven")
		}
	}
	var ids []string
	for _, id := range args {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		a.say("no ids on standard input; nothing to redrive")
	}
	return ids, nil
}

// redrive redrives one event after another, and goes on after one that failed.
func (a *app) redrive(ctx context.Context, b bus, ids []string, options workflows.RedriveOptions) error {
	results := make([]redriveResult, 0, len(ids))
	var failures []error
	for _, id := range ids {
		result, err := a.redriveOne(ctx, b, id, options)
		if err != nil {
			failures = append(failures, err)
		}
		results = append(results, result)
		if ctx.Err() != nil || err != nil && a.explain(err).code == exitUnreachable {
			break
		}
	}
	if err := a.printRedrives(results); err != nil {
		return err
	}
	switch left := len(ids) - len(results); {
	case ctx.Err() != nil:
		return exit(endOf(ctx), "interrupted with %d left; run it again, a redrive is never done twice", left)
	case len(failures) == 0:
		return nil
	case len(ids) == 1 || left > 0:
		return failures[len(failures)-1]
	default:
		return exit(exitSomeFailed, "%d of %d were not redriven", len(failures), len(ids))
	}
}

func (a *app) redriveOne(ctx context.Context, b bus, id string, options workflows.RedriveOptions) (redriveResult, error) {
	result := redriveResult{ID: id, Status: statusRejected}
	err := checkID(id)
	if err == nil {
		var receipt events.Receipt
		receipt, err = b.Redrive(ctx, id, options)
		result.DeliveryStatus, result.RunID = receipt.Status, receipt.RunID
		if errors.Is(err, workflows.ErrNotFailed) {
			err = exit(exitConflict, "event %s is %s: it did not fail, so there is nothing to redrive", id, receipt.Status)
		}
		result.Status = statusRedriven
		if receipt.Duplicate {
			result.Status = statusRunning
		}
	}
	if err != nil {
		result.Status, result.Error = statusRejected, a.explain(err).text
	}
	return result, err
}

func (a *app) printRedrives(results []redriveResult) error {
	return printList(a, results, func(w io.Writer) {
		paint := a.paint(a.stdout)
		rows := make([][]string, len(results))
		for i, r := range results {
			about := r.Error
			switch r.Status {
			case statusRedriven:
				about = fmt.Sprintf("starter describe %s --watch", r.ID)
			case statusRunning:
				about = "somebody else redrove it a moment ago"
			}
			rows[i] = []string{r.ID, paint.status(r.Status), about}
		}
		a.table(w, []string{"EVENT", "REDRIVE", "NEXT"}, rows)
	})
}
