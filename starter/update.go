package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events/appointment"
)

func (a *app) updateCommand() *cobra.Command {
	var f changeFlags
	var r appointment.UpdateRequest
	var notes, attendee string
	cmd := &cobra.Command{
		Use:   "update APPOINTMENT_ID [flags]",
		Short: "Change an appointment, but for its time",
		Long: `Change an appointment, but for its time: starter reschedule moves it. Another
person or service needs time that is free, from the same start on.`,
		Example: `  starter update b318dc7a-c90f-55cd-80ea-f353d4ed6c6a --notes "by the window"
  starter update b318dc7a-c90f-55cd-80ea-f353d4ed6c6a --staff jonas`,
		Args:              positional(1, 1, "the appointment's id"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.register(cmd)
	set := cmd.Flags()
	set.StringVar(&notes, "notes", "", "`TEXT` for the staff, instead of what there is")
	set.StringVar(&attendee, "attendee", "", "`NAME` of who comes; empty is the customer")
	set.StringVar(&r.StaffID, "staff", "", "`PERSON` who shall do it")
	set.StringVar(&r.ServiceID, "service", "", "`SERVICE` that is done instead")
	completeDemo(cmd)
	complete(cmd, "service", demoNames(domains.DemoService))
	cmd.RunE = a.runE(func(ctx context.Context, args []string) (err error) {
		if r.Command, err = f.command(args[0]); err != nil {
			return err
		}
		if set.Changed("notes") {
			r.Notes = &notes
		}
		if set.Changed("attendee") {
			r.AttendeeName = &attendee
		}
		if r.Notes == nil && r.AttendeeName == nil && r.StaffID == "" && r.ServiceID == "" {
			return usage("nothing is to change: take --notes, --attendee, --staff or --service")
		}
		if r.StaffID, err = demoID("--staff", domains.DemoStaff, r.StaffID); err != nil {
			return err
		}
		if r.ServiceID, err = demoID("--service", domains.DemoService, r.ServiceID); err != nil {
			return err
		}
		return change(ctx, a, &f, r.ID, r, desk.Update)
	})
	return cmd
}
