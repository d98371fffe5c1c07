package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
)

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, args, says string
	}{
		{"an unknown command", "pubish", `unknown command "pubish"; did you mean publish?`},
		{"a command that resembles none", "frobnicate", `unknown command "frobnicate"; see "starter --help"`},
		{"an unknown flag", "list --lmit 3", "unknown flag: --lmit; did you mean --limit?"},
		{"a flag without its value", "list --limit", `flag needs an argument: --limit; see "starter list --help"`},
		{"a value of the wrong type", "list --limit many", `invalid argument "many" for "--limit"`},
		{"an unknown output", "types -o yaml", `--output "yaml": choose text, json, jsonl or none`},
		{"an unknown colour rule", "types --color sometimes", `--color "sometimes": choose auto, always or never`},
		{"an argument too many", "list extra", `unexpected argument "extra", as in: starter list --status failed`},
		{"an argument too few", "describe", "the event's id is missing, as in: starter describe "},
		{"no event id", "describe 42", `"42" is no event id: it is a UUID in lower case`},
		{"a limit of nothing", "list --limit 0", "--limit 0: it must be at least 1"},
		{"an unknown status", "list --status done", `--status "done": choose scheduled, delivering, delivered or failed`},
		{"a token of nobody", "list --page-token !!", "--page-token"},
		{"an unknown shell", "completion csh", `unknown shell "csh": choose bash, zsh, fish or powershell`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			code := term.exec(strings.Fields(c.args)...)

			require.Equal(t, exitUsage, code)
			require.Empty(t, term.out.String())
			require.Contains(t, term.err.String(), "error: "+c.says)
			require.Equal(t, 1, strings.Count(term.err.String(), "\n"), "one line")
		})
	}
}

func TestServerErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		code int
		says string
	}{
		{"unreachable", &temporalclient.ConnectError{Address: "127.0.0.1:7233", Err: errors.New("connection refused")}, exitUnreachable, `connect to 127.0.0.1:7233: connection refused: is the server up? run "make up"`},
		{"gone", serviceerror.NewUnavailable("connection closed"), exitUnreachable, "the server is gone"},
		{"no such namespace", serviceerror.NewNamespaceNotFound("herold"), exitUnreachable, `namespace "herold" does not exist on the server: create it, or set TEMPORAL_NAMESPACE`},
		{"not allowed", serviceerror.NewPermissionDenied("no", ""), exitFailed, "TEMPORAL_API_KEY"},
		{"bad configuration", temporalclient.ErrConfig, exitUsage, "temporal configuration"},
		{"anything else", errors.New("first\n\nsecond"), exitFailed, "error: first; second\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.connect = func(context.Context, temporalclient.Options, string) (bus, error) { return nil, c.err }

			code := term.exec("list")

			require.Equal(t, c.code, code)
			require.Empty(t, term.out.String())
			require.Contains(t, term.err.String(), c.says)
		})
	}
}

func TestConnectionFlags(t *testing.T) {
	t.Parallel()
	term := newTerminal(t)

	code := term.exec("list", "--address", "temporal.example:7233", "-n", "herald", "--tls=false", "--grpc-meta", "a=b", "--tls-ca-path", "ca.pem")

	require.Zero(t, code, term.err.String())
	o := term.connectOptions
	require.Equal(t, "temporal.example:7233", o.Address)
	require.Equal(t, "herald", o.Namespace)
	require.False(t, *o.TLS.Enabled)
	require.Equal(t, "ca.pem", o.TLS.CAPath)
	require.Equal(t, map[string]string{"a": "b"}, o.GRPCMeta)
	require.Equal(t, "operator@desk", o.Identity)
	require.True(t, o.RemoteCodec)
}

func TestCommandTimeout(t *testing.T) {
	t.Parallel()
	term := newTerminal(t)
	term.bus.onPublish = func(ctx context.Context, _ events.Envelope) error {
		<-ctx.Done()
		return ctx.Err()
	}

	code := term.exec("publish", "call.started", "--data", aCall, "--id", anID, "--backdated", "--command-timeout", "1ms")

	require.Equal(t, exitTimedOut, code)
	require.Contains(t, term.err.String(), "stopped before the server answered; to be sure, publish it again with --id "+anID)
}

func TestHelp(t *testing.T) {
	t.Parallel()

	t.Run("the root alone prints it", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec())
		golden(t, "help", term.out.String())
	})

	root := newTerminal(t).root()
	commands := append(root.Commands(), root)
	for _, cmd := range root.Commands() {
		commands = append(commands, cmd.Commands()...)
	}
	for _, cmd := range commands {
		t.Run(cmd.CommandPath()+" is narrow and has an example that can be typed", func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			path := strings.Fields(cmd.CommandPath())

			require.Zero(t, term.exec(append(path[1:], "--help")...))

			require.Empty(t, term.err.String())
			for line := range strings.Lines(term.out.String()) {
				require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), helpWidth, line)
			}
			require.NotEmpty(t, cmd.Example)
			for line := range strings.Lines(strings.ReplaceAll(cmd.Example, "\\\n", " ")) {
				checkExample(t, term.root(), line)
			}
		})
	}

	t.Run("of publish", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("publish", "--help"))
		golden(t, "help_publish", term.out.String())
	})
}

// checkExample parses each command of ours in a line of the shell.
func checkExample(t *testing.T, root *cobra.Command, line string) {
	t.Helper()
	for part := range strings.SplitSeq(line, "|") {
		words := shellWords(part)
		if words[0] != "starter" {
			continue
		}
		cmd, args, err := root.Find(words[1:])
		require.NoError(t, err, line)
		require.NoError(t, cmd.ParseFlags(args), line)
		require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()), line)
	}
}

// shellWords splits at spaces outside of double quotes, up to a redirection.
func shellWords(text string) []string {
	quoted := false
	words := strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ' ' || r == '\n')
	})
	for i, word := range words {
		if word == "<" || word == ">" {
			return words[:i]
		}
	}
	return words
}

func TestCompletion(t *testing.T) {
	t.Parallel()

	for _, shell := range shells {
		t.Run("script for "+shell, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Zero(t, term.exec("completion", shell))
			require.Contains(t, term.out.String(), "starter")
		})
	}

	for _, c := range []struct {
		typed string
		want  []string
	}{
		{"publish call.", []string{"call.started"}},
		{"listeners appointment.", []string{"appointment.cancelled", "appointment.created"}},
		{"types ", []string{"appointment.cancelled", "appointment.created", "call.started"}},
		{"list --listener notif", []string{"notifications.send-confirmation"}},
		{"list --type call", []string{"call.started"}},
		{"list --status deliver", []string{"delivering", "delivered"}},
		{"list --output js", []string{"json", "jsonl"}},
		{"completion p", []string{"powershell"}},
		{"re", []string{"redrive", "release", "renew", "reschedule"}},
		{"book d", []string{"damen", "dauerwelle"}},
		{"book damen ", nil},
		{"slots damen --staff a", []string{"aylin"}},
		{"appointments --branch ", []string{"berlin", "muenchen"}},
		{"appointments --status con", []string{"confirmed"}},
		{"reschedule --staff th", []string{"thuy"}},
		{"cancel --origin p", []string{"portal"}},
		{"series ", []string{"change", "end", "list", "plan", "skip"}},
		{"series plan d", []string{"damen", "dauerwelle"}},
		{"series plan damen --staff a", []string{"aylin"}},
		{"series change --frequency m", []string{"monthly"}},
		{"series plan damen --weekdays t", []string{"tue", "thu"}},
		{"callbacks ", []string{"attempt", "complete", "list"}},
		{"callbacks list --staff a", []string{"aylin"}},
	} {
		t.Run(c.typed, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Zero(t, term.exec(append([]string{"__complete"}, strings.Split(c.typed, " ")...)...))

			var got []string
			for line := range strings.Lines(term.out.String()) {
				value, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
				if !strings.HasPrefix(value, ":") {
					got = append(got, value)
				}
			}
			require.Equal(t, c.want, got)
		})
	}

	t.Run("offers nothing without a registry", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.registry = func(*slog.Logger) (*events.Registry, error) { return nil, errors.New("wrong wiring") }

		require.Zero(t, term.exec("__complete", "publish", ""))
		require.Equal(t, ":4\n", term.out.String())
	})
}

func TestRegistryOfTheDomains(t *testing.T) {
	t.Parallel()

	registry, err := loadRegistry(slog.New(slog.DiscardHandler))

	require.NoError(t, err)
	require.NotEmpty(t, registry.TypeNames())
}
