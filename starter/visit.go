package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// visitCommands say what became of an appointment, and need nothing but its id.
func (a *app) visitCommands() []*cobra.Command {
	return []*cobra.Command{
		a.visitCommand("confirm", "Say yes to a pending appointment", desk.Confirm),
		a.visitCommand("check-in", "Say that the customer is there", desk.CheckIn),
		a.visitCommand("complete", "Say that the visit took place", desk.Complete),
		a.visitCommand("no-show", "Say that nobody came", desk.MarkNoShow),
	}
}

func (a *app) visitCommand(name, short string, send func(desk, context.Context, workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error)) *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:               name + " APPOINTMENT_ID [flags]",
		Short:             short,
		Example:           "  starter " + name + " b318dc7a-c90f-55cd-80ea-f353d4ed6c6a",
		Args:              positional(1, 1, "the appointment's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		c, err := f.command(args[0])
		if err != nil {
			return err
		}
		return change(ctx, a, &f, c.ID, c, send)
	})
	return cmd
}
