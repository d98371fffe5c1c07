package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/workflows"
)

func (a *app) traceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trace CORRELATION_ID [flags]",
		Short: "Draw the tree of events that one cause set in motion",
		Long: `Draw the tree of events that one cause set in motion.

Below each event are those that its listeners emitted, with the listener, and
how each stands. An event's own id is its correlation id if nothing caused it.`,
		Example: `  starter trace 0198c5a2-7a10-7cc0-8000-0123456789ab
  starter trace 0198c5a2-7a10-7cc0-8000-0123456789ab -o json`,
		Args:              positional(1, 1, "the correlation id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		return a.withBus(ctx, func(b bus) error {
			roots, err := b.Trace(ctx, args[0])
			if err != nil {
				return err
			}
			if len(roots) == 0 {
				return exit(exitNotFound, "no event has the correlation id %s; a new one shows after a moment", args[0])
			}
			return printList(a, roots, func(w io.Writer) {
				for _, root := range roots {
					a.drawNode(w, root, "", "")
				}
			})
		})
	})
	return cmd
}

// drawNode writes a node after the branch that leads to it, and its children
// below, each line of which starts with indent.
func (a *app) drawNode(w io.Writer, n *workflows.Node, branch, indent string) {
	paint := a.paint(a.stdout)
	text := fmt.Sprintf("%s  %s  %s  %s", paint.bold(n.Type), n.EventID, paint.status(string(n.Status)), a.when(n.PublishedAt))
	if n.CausedByListener != "" {
		text = paint.dim(n.CausedByListener+" → ") + text
	}
	if len(n.FailedListeners) > 0 {
		text += paint.red("  failed: " + strings.Join(n.FailedListeners, ", "))
	}
	_, _ = fmt.Fprintf(w, "%s%s\n", paint.dim(branch), text)
	for i, child := range n.Children {
		if i == len(n.Children)-1 {
			a.drawNode(w, child, indent+"└── ", indent+"    ")
			continue
		}
		a.drawNode(w, child, indent+"├── ", indent+"│   ")
	}
}
