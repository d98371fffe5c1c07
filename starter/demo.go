package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
)

// demoID reads the id of a branch, a person or a service: a UUID, or the short name
// of one of the demo's. where is how the user knows the value, such as --branch.
func demoID(where string, kind domains.DemoKind, value string) (string, error) {
	if value == "" || events.IsUUID(value) {
		return value, nil
	}
	var short []string
	for _, thing := range domains.DemoThings() {
		if thing.Kind != kind {
			continue
		}
		if thing.Short == value {
			return thing.ID, nil
		}
		short = append(short, thing.Short)
	}
	if near := events.Nearest(value, short); near != "" {
		return "", usage("%s %q: did you mean %s?", where, value, near)
	}
	return "", usage("%s %q: write a UUID, or a name of the demo: %s", where, value, orList(short))
}

// demoIDs reads the ids of flags in place.
func demoIDs(branch, staff *string) (err error) {
	if *branch, err = demoID("--branch", domains.DemoBranch, *branch); err != nil {
		return err
	}
	*staff, err = demoID("--staff", domains.DemoStaff, *staff)
	return err
}

// demoNames gives the demo's names to the shell, with what they stand for.
func demoNames(kind domains.DemoKind) func(string) []string {
	return func(string) []string {
		var names []string
		for _, thing := range domains.DemoThings() {
			if thing.Kind == kind {
				names = append(names, fmt.Sprintf("%s\t%s", thing.Short, thing.Name))
			}
		}
		return names
	}
}

// completeService completes the first argument with services.
func completeService(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return withPrefix(demoNames(domains.DemoService)(prefix), prefix), cobra.ShellCompDirectiveNoFileComp
}
