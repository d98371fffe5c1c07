package main

import (
	"context"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/workflows"
)

func (a *app) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "audit",
		Short:   "Look after the audit trail",
		Example: `  starter audit verify`,
		Args:    noSubcommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	addGroup(cmd, "Commands", a.verifyCommand())
	return cmd
}

// verified is what the command prints.
type verified struct {
	OK bool `json:"ok"`
	audit.Verification
}

func (a *app) verifyCommand() *cobra.Command {
	var f deskFlags
	var from int64
	cmd := &cobra.Command{
		Use:   "verify [flags]",
		Short: "Verify the chain of a tenant's audit trail",
		Long: `Verify the chain of a tenant's audit trail. If it is broken, the first bad place
is printed and the exit code is 1. What was recorded within the last moments is
not sealed yet and not looked at.`,
		Example: `  starter audit verify
  starter audit verify --from 120000 -o json`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.Flags().Int64Var(&from, "from", 0, "first `SEQ` to look at (all that are kept)")
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		if from < 0 {
			return usage("--from %d: it counts from 1", from)
		}
		v, err := ask[audit.Verification](ctx, a, &f, workflows.StepVerify, "", audit.VerifyRequest{From: from})
		if err != nil {
			return err
		}
		if err := a.print(verified{v.OK(), v}, func(w io.Writer) { a.verification(w, v) }); err != nil {
			return err
		}
		if !v.OK() {
			return exit(exitFailed, "the audit trail is broken at %d: %s", v.BadSeq, v.Kind)
		}
		return nil
	})
	return cmd
}

func (a *app) verification(w io.Writer, v audit.Verification) {
	paint := a.paint(a.stdout)
	if v.OK() {
		a.pairs(w, [2]string{"chain", paint.green("ok")}, [2]string{"checked", strconv.FormatInt(v.Checked, 10)})
		return
	}
	a.pairs(w, [2]string{"chain", paint.red("broken")}, [2]string{"checked", strconv.FormatInt(v.Checked, 10)},
		[2]string{"bad entry", strconv.FormatInt(v.BadSeq, 10)}, [2]string{"kind", v.Kind},
		[2]string{"expected", v.Expected}, [2]string{"found", v.Found})
}
