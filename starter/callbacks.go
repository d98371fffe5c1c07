package main

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

func (a *app) callbacksCommand() *cobra.Command {
	cmd, list := a.listCallbacksCommand(), a.listCallbacksCommand()
	list.Use = "list [flags]"
	cmd.Long = `List those who want to be called back, and say what has become of it. Without a
command it lists.`
	cmd.Example = `  starter callbacks --branch berlin
  starter callbacks attempt 0198c0de-0000-7000-8000-0000000000cb --failed
  starter callbacks complete 0198c0de-0000-7000-8000-0000000000cb --outcome done`
	cmd.Args = noSubcommand
	addGroup(cmd, "Commands", list, a.attemptCommand(), a.completeCallbackCommand())
	return cmd
}

func (a *app) listCallbacksCommand() *cobra.Command {
	var f deskFlags
	var q appointment.CallbackQuery
	cmd := &cobra.Command{
		Use:   "callbacks [flags]",
		Short: "List those who want to be called back",
		Example: `  starter callbacks list --staff aylin
  starter callbacks list --all -o json`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.StringVar(&q.BranchID, "branch", "", "`BRANCH`, a UUID or a name of the demo (all)")
	set.StringVar(&q.StaffID, "staff", "", "`PERSON` who is to call (anybody)")
	set.BoolVar(&q.All, "all", false, "those that are closed, too")
	set.IntVar(&q.Limit, "limit", 100, "at most `N` callbacks")
	completeDemo(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		const most = 1000
		if q.Limit < 1 || q.Limit > most {
			return usage("--limit %d: ask for 1 to %d", q.Limit, most)
		}
		if err := demoIDs(&q.BranchID, &q.StaffID); err != nil {
			return err
		}
		listed, err := ask[[]appointment.ListedCallback](ctx, a, &f, workflows.StepListCallbacks, "", q)
		if err != nil {
			return err
		}
		return a.printCallbacks(listed, q.Limit)
	})
	return cmd
}

func (a *app) printCallbacks(listed []appointment.ListedCallback, limit int) error {
	if err := printList(a, listed, func(w io.Writer) {
		rows := make([][]string, len(listed))
		for i, l := range listed {
			rows[i] = []string{
				a.local(l.ExpiresAt, l.Zone), string(l.Priority), l.Status, strconv.Itoa(l.Level), strconv.Itoa(l.Attempts),
				l.StaffName, l.Name, l.Phone, l.CallbackID,
			}
		}
		a.rows(w, []string{"DUE", "PRIORITY", "STATUS", ">LEVEL", ">ATTEMPTS", "WITH", "NAME", "PHONE", "CALLBACK"}, rows)
	}); err != nil {
		return err
	}
	switch len(listed) {
	case 0:
		a.say("nobody waits for a call")
	case limit:
		a.say("there may be more: ask for a larger --limit")
	}
	return nil
}

func (a *app) attemptCommand() *cobra.Command {
	var f deskFlags
	var r appointment.CallbackAttempt
	var failed bool
	cmd := &cobra.Command{
		Use:   "attempt CALLBACK_ID --reached|--failed [flags]",
		Short: "Note a try to reach somebody",
		Long: `Note a try to reach somebody. After the third that has failed, it is somebody
else's turn.`,
		Example:           `  starter callbacks attempt 0198c0de-0000-7000-8000-0000000000cb --failed`,
		Args:              positional(1, 1, "the callback's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.BoolVar(&r.Reached, "reached", false, "it was one")
	set.BoolVar(&failed, "failed", false, "it was in vain")
	set.StringVar(&r.Note, "note", "", "`TEXT` for the record")
	set.IntVar(&r.Attempt, "attempt", 0, "`N`, from 1, which makes it safe to run again (the next)")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) (err error) {
		switch {
		case r.Reached == failed:
			return usage("was somebody there? Write either --reached or --failed")
		case r.Attempt < 0:
			return usage("--attempt %d: it counts from 1", r.Attempt)
		}
		if r.CallbackID, err = callbackID(args[0]); err != nil {
			return err
		}
		again := "--attempt N, if starter callbacks does not count it"
		if r.Attempt > 0 {
			again = "--attempt " + strconv.Itoa(r.Attempt)
		}
		return toCallback(ctx, a, &f, r, desk.LogAttempt, again)
	})
	return cmd
}

func (a *app) completeCallbackCommand() *cobra.Command {
	var f deskFlags
	var r appointment.CallbackOutcome
	cmd := &cobra.Command{
		Use:               "complete CALLBACK_ID --outcome TEXT [flags]",
		Short:             "Close a callback",
		Example:           `  starter callbacks complete 0198c0de-0000-7000-8000-0000000000cb --outcome done`,
		Args:              positional(1, 1, "the callback's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.StringVar(&r.Outcome, "outcome", "", "what came of it, a `TEXT` such as booked (required)")
	set.StringVar(&r.AppointmentID, "appointment", "", "`ID` of the appointment that came of it")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) (err error) {
		switch {
		case r.Outcome == "":
			return usage("--outcome is missing: what came of it, such as booked?")
		case r.AppointmentID != "" && !events.IsUUID(r.AppointmentID):
			return usage("--appointment %q: it is a UUID; starter appointments lists them", r.AppointmentID)
		}
		if r.CallbackID, err = callbackID(args[0]); err != nil {
			return err
		}
		return toCallback(ctx, a, &f, r, desk.CompleteCallback, "the same words")
	})
	return cmd
}

func callbackID(value string) (string, error) {
	if !events.IsUUID(value) {
		return "", usage("%q is no callback's id: it is a UUID; starter callbacks lists them", value)
	}
	return value, nil
}

// toCallback gives a command to a callback and prints the answer; again says how to
// ask once more.
func toCallback[T any](ctx context.Context, a *app, f *deskFlags, request T,
	send func(desk, context.Context, workflows.CallbackCommand[T]) (workflows.CallbackAnswer, error), again string,
) error {
	const patience = 5 * time.Second
	cause, err := f.cause(a)
	if err != nil {
		return err
	}
	return a.withDesk(ctx, func(d desk) error {
		answer, err := send(d, ctx, workflows.CallbackCommand[T]{Cause: cause, Request: request, Wait: patience})
		if err != nil {
			return unanswered(err, again)
		}
		if err := a.print(answer, func(w io.Writer) { a.showCallback(w, answer) }); err != nil {
			return err
		}
		if answer.State != workflows.Done {
			return a.refusedBy(answer.Refusal, nil, "")
		}
		return nil
	})
}

func (a *app) showCallback(w io.Writer, answer workflows.CallbackAnswer) {
	c := answer.Callback
	if c == nil || answer.Refusal != nil {
		return
	}
	a.pairs(w,
		[2]string{"callback", c.CallbackID},
		[2]string{"status", c.Status},
		[2]string{"name", c.Name},
		[2]string{"phone", c.Phone},
		[2]string{"attempts", strconv.Itoa(c.Attempts)},
		[2]string{"level", strconv.Itoa(c.Level)},
		[2]string{"due", a.local(c.ExpiresAt, homeZone)},
	)
}
