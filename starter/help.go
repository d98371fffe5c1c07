package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const helpWidth = 80

// writeHelp writes a command's help, no line wider than 80 columns. The flags of
// the connection are in the help of the root only.
func writeHelp(w io.Writer, cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	var b strings.Builder
	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	fmt.Fprintf(&b, "%s\n\nUsage:\n", strings.TrimSpace(about))
	alone := strings.Contains(cmd.Use, " ") // it does something without a command
	if alone || !cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n", cmd.CommandPath())
	}
	fmt.Fprintf(&b, "\nExamples:\n%s\n", strings.TrimRight(cmd.Example, "\n"))
	for _, group := range cmd.Groups() {
		fmt.Fprintf(&b, "\n%s:\n", group.Title)
		for _, c := range cmd.Commands() {
			if c.GroupID == group.ID && c.IsAvailableCommand() {
				fmt.Fprintf(&b, "  %-13s %s\n", c.Name(), c.Short)
			}
		}
	}
	section := func(title string, belongs func(flag *pflag.Flag, inherited bool) bool) {
		set := pflag.NewFlagSet(title, pflag.ContinueOnError)
		set.SortFlags = false
		for _, flag := range flagsOf(cmd) {
			if belongs(flag, cmd.InheritedFlags().Lookup(flag.Name) != nil) {
				set.AddFlag(flag)
			}
		}
		if set.HasFlags() {
			fmt.Fprintf(&b, "\n%s:\n%s", title, set.FlagUsagesWrapped(helpWidth))
		}
	}
	section("Flags", func(f *pflag.Flag, inherited bool) bool { return !inherited && !isConnection(f) })
	section("Output", func(f *pflag.Flag, inherited bool) bool { return inherited && !isConnection(f) })
	if cmd.HasParent() {
		fmt.Fprintf(&b, "\nThe flags of the connection are in %q.\n", cmd.Root().Name()+" --help")
	} else {
		section("Connection", func(f *pflag.Flag, _ bool) bool { return isConnection(f) })
	}
	_, _ = io.WriteString(w, b.String())
}

// wrapped breaks a paragraph into lines as wide as the help.
func wrapped(paragraph string) string {
	lines := strings.Split(text.WrapSoft(paragraph, helpWidth), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

func isConnection(flag *pflag.Flag) bool { return flag.Annotations[connectionGroup] != nil }

// flagsOf returns the flags of a command in the order of their definition, those
// of the root last.
func flagsOf(cmd *cobra.Command) []*pflag.Flag {
	var flags []*pflag.Flag
	seen := map[string]bool{}
	for _, set := range []*pflag.FlagSet{cmd.LocalNonPersistentFlags(), cmd.PersistentFlags(), cmd.InheritedFlags()} {
		set.SortFlags = false
		set.VisitAll(func(flag *pflag.Flag) {
			if !seen[flag.Name] && !flag.Hidden {
				seen[flag.Name] = true
				flags = append(flags, flag)
			}
		})
	}
	return flags
}
