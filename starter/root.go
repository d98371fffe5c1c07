package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
)

// root returns the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "starter",
		Short: "Publish domain events, ask what became of them, and book appointments",
		Long: `Publish domain events, ask what became of them, and book appointments.

Data goes to standard output, everything else to standard error. Exit codes:
  0 done              3 not found            6 server not reachable
  1 failed            4 conflict, refused    7 timed out, it goes on
  2 wrong usage       5 some of many failed  8 failed listeners
  130 interrupted, it goes on`,
		Example: `  starter types
  starter publish call.started --data-file call.json --wait
  starter list --status failed
  starter book damen --at 2027-03-30T10:00 --name Vera --phone +491713920019`,
		Args:              noSubcommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	a.flags.register(root, a)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd, err) })
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(cmd.OutOrStdout(), cmd) })
	root.SetUsageFunc(func(cmd *cobra.Command) error { writeHelp(cmd.OutOrStdout(), cmd); return nil })
	addGroup(root, "Events",
		a.publishCommand(), a.describeCommand(), a.listCommand(), a.traceCommand(), a.redriveCommand(),
		a.typesCommand(), a.listenersCommand())
	addGroup(root, "Appointments", append(a.visitCommands(),
		a.seedCommand(), a.slotsCommand(), a.holdCommand(), a.renewCommand(), a.releaseCommand(), a.bookCommand(), a.seriesCommand(),
		a.rescheduleCommand(), a.updateCommand(), a.cancelCommand(),
		a.appointmentsCommand(), a.callbacksCommand(), a.customersCommand())...)
	addGroup(root, "Books", a.figuresCommand(), a.auditCommand())
	addGroup(root, "Others", a.versionCommand(), completionCommand())
	return root
}

// addGroup adds commands that the help lists under a title.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, c := range commands {
		c.GroupID = title
	}
	root.AddCommand(commands...)
}

// noSubcommand refuses what is no command: cobra would print the help and
// return nil.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("see %q", cmd.CommandPath()+" --help")
	var known []string
	for _, c := range cmd.Commands() {
		known = append(known, c.Name())
	}
	if near := events.Nearest(args[0], known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return usage("unknown command %q; %s", args[0], hint)
}

// flagError names the nearest flag.
func flagError(cmd *cobra.Command, err error) error {
	hint := fmt.Sprintf("see %q", cmd.CommandPath()+" --help")
	if _, name, found := strings.Cut(err.Error(), "unknown flag: --"); found {
		var known []string
		for _, flag := range flagsOf(cmd) {
			known = append(known, flag.Name)
		}
		if near := events.Nearest(name, known); near != "" {
			hint = "did you mean --" + near + "?"
		}
	}
	return usage("%s; %s", err, hint)
}

// positional takes between least and most arguments; most below 0 is no limit.
func positional(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		example := strings.TrimSpace(strings.SplitN(cmd.Example, "\n", 2)[0])
		switch {
		case len(args) < least:
			return usage("%s is missing, as in: %s", what, example)
		case most >= 0 && len(args) > most:
			return usage("unexpected argument %q, as in: %s", args[most], example)
		}
		return nil
	}
}

// complete gives a flag's values to the shell.
func complete(cmd *cobra.Command, flag string, values func(prefix string) []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return withPrefix(values(prefix), prefix), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // no such flag: a mistake in this package
	}
}

func withPrefix(values []string, prefix string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.HasPrefix(v, prefix) })
}

// typeNames are the known event types; a registry that can't be built completes
// nothing.
func (a *app) typeNames(string) []string {
	registry, err := a.registry(a.logger())
	if err != nil {
		return nil
	}
	return registry.TypeNames()
}

func (a *app) listenerNames(string) []string {
	registry, err := a.registry(a.logger())
	if err != nil {
		return nil
	}
	return registry.Names()
}

// completeTypes completes the first argument with event types.
func (a *app) completeTypes(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return withPrefix(a.typeNames(prefix), prefix), cobra.ShellCompDirectiveNoFileComp
}
