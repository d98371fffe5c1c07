package main

import (
	"context"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/temporal"
)

// version is set by the linker for a release.
var version = ""

// A versionInfo is everything that has a version here.
type versionInfo struct {
	Herald string     `json:"herald"`
	Commit string     `json:"commit,omitzero"`
	Go     string     `json:"go"`
	SDK    string     `json:"sdk"`
	Server serverInfo `json:"server"`
	// ServerError says why the server's version is not known.
	ServerError string `json:"server_error,omitzero"`
}

func (a *app) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version [flags]",
		Short: "Print the versions of starter, SDK and server",
		Example: `  starter version
  starter version -o json`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		info := buildVersion()
		err := a.withBus(ctx, func(b bus) (err error) {
			info.Server, err = b.Server(ctx)
			return err
		})
		server := info.Server.Version + " at " + info.Server.Address + ", namespace " + info.Server.Namespace
		if err != nil {
			// Ours is known all the same.
			info.ServerError = a.explain(err).text
			server = "unknown: " + info.ServerError
		}
		return a.print(info, func(w io.Writer) {
			a.pairs(w,
				[2]string{"herald", info.Herald},
				[2]string{"commit", info.Commit},
				[2]string{"go", info.Go},
				[2]string{"temporal sdk", info.SDK},
				[2]string{"temporal server", server},
			)
		})
	})
	return cmd
}

func buildVersion() versionInfo {
	info := versionInfo{Herald: "development", Go: runtime.Version(), SDK: temporal.SDKVersion}
	if build, ok := debug.ReadBuildInfo(); ok {
		if build.Main.Version != "" && build.Main.Version != "(devel)" {
			info.Herald = build.Main.Version
		}
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				info.Commit = setting.Value
			}
		}
	}
	if version != "" {
		info.Herald = version
	}
	return info
}
