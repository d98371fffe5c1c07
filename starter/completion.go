package main

import (
	"github.com/spf13/cobra"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script of a shell",
		Long: `Print the completion script of a shell: bash, zsh, fish or powershell.

It completes commands, flags, event types, listeners and the names of the demo.`,
		Example: `  starter completion bash > /etc/bash_completion.d/starter
  starter completion zsh > "${fpath[1]}/_starter"
  starter completion fish > ~/.config/fish/completions/starter.fish
  starter completion powershell > starter.ps1`,
		Args:      positional(1, 1, "the shell"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return usage("unknown shell %q: choose %s", args[0], orList(shells))
		},
	}
}
