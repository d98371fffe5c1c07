package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
)

// A listenerInfo is a listener of one type for output, with what is in effect.
type listenerInfo struct {
	Type     string `json:"type"`
	Order    int    `json:"order"`
	Listener string `json:"listener"`
	Sync     bool   `json:"sync"`
	Priority int    `json:"priority"`
	// Quick is the policy of the attempts inside the workflow task, which only a
	// sync listener has; Retry is the ladder.
	Quick          *events.RetryPolicy `json:"sync_retry,omitzero"`
	Retry          events.RetryPolicy  `json:"retry"`
	TimeoutSeconds float64             `json:"timeout_seconds"`
	Timeout        string              `json:"timeout"`
	Emits          []string            `json:"emits"`
}

func (a *app) listenersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "listeners [TYPE] [flags]",
		Short: "List who listens to what, in the order of delivery",
		Long: `List who listens to what, in the order of delivery.

Sync listeners run one after another; if one still fails after its quick
attempts it goes on as an async one. Async listeners run at the same time. The
ladder of those without one of their own is that of a worker with the same
HERALD_RETRY_ variables as here.`,
		Example: `  starter listeners
  starter listeners appointment.created
  starter listeners appointment.created -o json`,
		Args:              positional(0, 1, ""),
		ValidArgsFunction: a.completeTypes,
	}
	cmd.RunE = a.runE(func(_ context.Context, args []string) error {
		registry, names, err := a.chosenTypes(args)
		if err != nil {
			return err
		}
		fallback, err := a.ladder()
		if err != nil {
			return err
		}
		var infos []listenerInfo
		for _, name := range names {
			for i, l := range registry.Listeners(name) {
				infos = append(infos, infoOf(name, i+1, l, fallback))
			}
		}
		if len(infos) == 0 {
			a.say("no listeners")
		}
		return printList(a, infos, func(w io.Writer) { a.listenerTables(w, infos) })
	})
	return cmd
}

func infoOf(eventType string, order int, l events.Listener, fallback events.RetryPolicy) listenerInfo {
	info := listenerInfo{
		Type: eventType, Order: order, Listener: l.Name(), Sync: l.IsSync(), Priority: l.Priority(),
		Retry: activities.Effective(l, fallback), TimeoutSeconds: l.Timeout().Seconds(), Timeout: l.Timeout().String(), Emits: []string{},
	}
	if l.IsSync() {
		quick := events.SyncRetry()
		info.Quick = &quick
	}
	info.Emits = append(info.Emits, l.Emits()...)
	return info
}

// ladder returns that of async listeners without one of their own, as a worker in
// this environment has it.
func (a *app) ladder() (events.RetryPolicy, error) {
	environment := map[string]string{}
	for _, name := range []string{"INITIAL_INTERVAL", "BACKOFF_COEFFICIENT", "MAXIMUM_INTERVAL", "MAXIMUM_ATTEMPTS"} {
		name = "HERALD_RETRY_" + name
		if value := a.env(name, ""); value != "" {
			environment[name] = value
		}
	}
	config, err := env.ParseAsWithOptions[activities.Config](env.Options{Environment: environment})
	if err != nil {
		return events.RetryPolicy{}, exit(exitUsage, "%s", oneLine(err))
	}
	fallback, err := config.Retry()
	if err != nil {
		return fallback, exit(exitUsage, "%s", oneLine(err))
	}
	return fallback, nil
}

// listenerTables writes one table a type.
func (a *app) listenerTables(w io.Writer, infos []listenerInfo) {
	paint := a.paint(a.stdout)
	for first := 0; first < len(infos); {
		next := first
		var rows [][]string
		for ; next < len(infos) && infos[next].Type == infos[first].Type; next++ {
			l := infos[next]
			retry := l.Retry.String()
			if l.Quick != nil {
				retry = l.Quick.String() + "; then " + retry
			}
			rows = append(rows, []string{
				fmt.Sprint(l.Order), l.Listener, mode(l.Sync), fmt.Sprint(l.Priority), l.Timeout, retry, strings.Join(l.Emits, ", "),
			})
		}
		if first > 0 {
			_, _ = fmt.Fprintln(w)
		}
		_, _ = fmt.Fprintln(w, paint.bold(infos[first].Type))
		a.table(w, []string{">#", "LISTENER", "MODE", ">PRIORITY", ">TIMEOUT", "RETRY", "EMITS"}, rows)
		first = next
	}
}
