package main

import (
	"runtime/debug"

	"go.temporal.io/server/common/headers"
)

// help is what --help prints; lines fit into 80 columns.
const help = `devserver runs a Temporal server and its Web UI on this machine.

Usage:
  devserver [flags]

Examples:
  devserver                                     in memory, ports 7233 and 8233
  devserver --db-filename temporal.db           keep the state in a file
  devserver --port 0 --headless                 any free port, no Web UI
  devserver --search-attribute TenantId=Keyword

When the server is ready, one line of JSON appears on standard output:
  {"address":"127.0.0.1:7233","ui":"http://127.0.0.1:8233",
   "namespace":"default","pid":123,"db":""}
Everything else goes to standard error.

Flags:
  --port PORT                 Port of the server; 0 is any free port.
                              (default 7233)
  --ip IP                     Address to listen on. (default 127.0.0.1)
  --ui-port PORT              Port of the Web UI; 0 is any free port.
                              (default --port + 1000)
  --ui-ip IP                  Address of the Web UI. (default --ip)
  --headless                  No Web UI.
  --db-filename FILE          Keep the state in FILE, FILE-visibility and their
                              companions, and continue from there next time.
                              (default in memory)
  --namespace NAME            Namespace to create; may be repeated. "default"
                              is always created.
  --search-attribute NAME=TYPE
                              Custom search attribute of these namespaces; may
                              be repeated. TYPE: Bool, Datetime, Double, Int,
                              Keyword, KeywordList, Text.
  --dynamic-config-value KEY=JSON
                              Setting of the server; may be repeated, and wins
                              over devserver's own.
  --log-level LEVEL           debug, info, warn, error or never.
                              (default error)
  --log-format FORMAT         text or json. (default text)
  --version                   Print the versions inside and exit.
  --help                      Print this and exit.

Exit codes: 0 stopped by a signal, 1 failed, 2 wrong usage.
`

// versionText names what is inside the binary.
func versionText() string {
	own, ui := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			own = info.Main.Version
		}
		for _, dep := range info.Deps {
			if dep.Path == "github.com/temporalio/ui-server/v2" {
				ui = ", Web UI " + dep.Version
			}
		}
	}
	return "devserver " + own + " (Temporal server v" + headers.ServerVersion + ui + ")"
}
