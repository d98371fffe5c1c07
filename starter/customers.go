package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

func (a *app) customersCommand() *cobra.Command {
	var f deskFlags
	var q customer.FindQuery
	cmd := &cobra.Command{
		Use:   "customers [NAME | NUMBER | ADDRESS] [flags]",
		Short: "Find customers",
		Long: `Find customers, make one of two, or have one forgotten. Without a command it
finds.`,
		Example: `  starter customers "Ida Probst"
  starter customers +491713920011 -o json
  starter customers erase 0198c0de-0000-7000-8000-0000000000c1`,
		Args:              positional(0, 1, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.Flags().StringVar(&q.Region, "region", demoRegion, "`COUNTRY` of a number that names none")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		q.Text = strings.Join(args, " ")
		found, err := ask[[]customer.Profile](ctx, a, &f, workflows.StepFindCustomers, "", q)
		if err != nil {
			return err
		}
		return a.printCustomers(found)
	})
	addGroup(cmd, "Commands", a.mergeCommand(), a.unmergeCommand(), a.eraseCommand())
	return cmd
}

func (a *app) printCustomers(found []customer.Profile) error {
	if err := printList(a, found, func(w io.Writer) {
		rows := make([][]string, len(found))
		for i, p := range found {
			var contacts []string
			for _, c := range p.Contacts {
				contacts = append(contacts, c.Value)
			}
			rows[i] = []string{p.DisplayName, p.CustomerID, strings.Join(contacts, ", ")}
		}
		a.rows(w, []string{"NAME", "CUSTOMER", "CONTACTS"}, rows)
	}); err != nil {
		return err
	}
	if len(found) == 0 {
		a.say("nobody is found")
	}
	return nil
}

// recordFlags are those of the commands that change who is a customer.
type recordFlags struct {
	deskFlags
	commandID, by string
}

func (f *recordFlags) register(cmd *cobra.Command) {
	f.deskFlags.register(cmd)
	cmd.Flags().StringVar(&f.commandID, "command-id", "", "`ID` that makes it safe to run again (a new one)")
	cmd.Flags().StringVar(&f.by, "by", "staff", "`WHO` decided it, for the record")
}

// key is the command's own id.
func (f *recordFlags) key() string {
	f.commandID = orNew(f.commandID)
	return f.commandID
}

// record runs a step that changes who is a customer, and prints its answer as pairs.
func record[R any](ctx context.Context, a *app, f *recordFlags, step, about string, request any, pairs func(R) [][2]string) error {
	cause, err := f.cause(a)
	if err != nil {
		return err
	}
	return a.withDesk(ctx, func(d desk) error {
		var answer R
		q := workflows.StepRequest[any]{Cause: cause, Subject: about, Key: f.key(), Request: request}
		if err := d.Ask(ctx, step, q, &answer); err != nil {
			return unanswered(err, "--command-id "+f.key())
		}
		return a.print(answer, func(w io.Writer) { a.pairs(w, pairs(answer)...) })
	})
}

func (a *app) mergeCommand() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:   "merge CUSTOMER_ID DUPLICATE_ID [flags]",
		Short: "Make one customer of two",
		Long: `Make one customer of two. What the first one has counts; what only the duplicate
has is added. For 30 days it can be taken back.`,
		Example:           "  starter customers merge $CUSTOMER $DUPLICATE",
		Args:              positional(2, 2, "a customer's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		for _, id := range args {
			if err := isCustomer(id); err != nil {
				return err
			}
		}
		r := customer.MergeRequest{Key: f.key(), PrimaryID: args[0], DuplicateID: args[1], By: f.by}
		return record(ctx, a, &f, workflows.StepMerge, args[0], r, func(m customer.Merged) [][2]string {
			return [][2]string{{"customer", m.PrimaryID}, {"duplicate", m.DuplicateID}, {"merge", m.MergeID}, {"undo until", a.local(m.UndoUntil, homeZone)}}
		})
	})
	return cmd
}

func (a *app) unmergeCommand() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:               "unmerge MERGE_ID [flags]",
		Short:             "Take a merge back",
		Long:              "Take a merge back. What has changed since then stays with the first one.",
		Example:           "  starter customers unmerge 0198c0de-0000-7000-8000-0000000000e1",
		Args:              positional(1, 1, "the merge's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		if !events.IsUUID(args[0]) {
			return usage("%q is no merge's id: it is a UUID, which starter customers merge has printed", args[0])
		}
		r := customer.UndoRequest{Key: f.key(), MergeID: args[0], By: f.by}
		return record(ctx, a, &f, workflows.StepUndoMerge, args[0], r, func(u customer.Undone) [][2]string {
			pairs := [][2]string{{"customer", u.PrimaryID}, {"restored", u.RestoredID}}
			if len(u.Kept) > 0 {
				pairs = append(pairs, [2]string{"kept", strings.Join(u.Kept, ", ")})
			}
			return pairs
		})
	})
	return cmd
}

func (a *app) eraseCommand() *cobra.Command {
	var f recordFlags
	var r customer.ErasureRequest
	cmd := &cobra.Command{
		Use:   "erase CUSTOMER_ID [flags]",
		Short: "Have a customer forgotten",
		Long: `Have a customer forgotten. It is done when it is due, a month later; what the
law wants to be kept is kept, without a name.`,
		Example:           "  starter customers erase 0198c0de-0000-7000-8000-0000000000c1",
		Args:              positional(1, 1, "the customer's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&r.CancelFuture, "cancel-appointments", false, "cancel those to come, without a fee")
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		if err := isCustomer(args[0]); err != nil {
			return err
		}
		r.Key, r.CustomerID, r.By, r.Assurance = f.key(), args[0], f.by, customer.AssuredStaff
		return record(ctx, a, &f, workflows.StepRequestErase, args[0], r, func(e customer.Erasure) [][2]string {
			return [][2]string{{"customer", e.CustomerID}, {"state", e.State}, {"due", a.local(e.DueAt, homeZone)}}
		})
	})
	return cmd
}

func isCustomer(value string) error {
	if !events.IsUUID(value) {
		return usage("%q is no customer's id: it is a UUID; starter customers finds it", value)
	}
	return nil
}
