package main

import (
	"context"
	"encoding/base64"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

const (
	defaultLimit = 20
	pageSize     = 1000
)

func (a *app) listCommand() *cobra.Command {
	var filter workflows.Filter
	var status, token string
	var limit int
	cmd := &cobra.Command{
		Use:   "list [flags]",
		Short: "List events, the latest first",
		Long: `List events, the latest first.

If there are more than --limit, the token of the next page is on standard
error. The list may lag a moment behind; describe does not.`,
		Example: `  starter list --status failed
  starter list --type call.started --limit 100 -o jsonl
  starter list --aggregate-type call --aggregate-id call-42
  starter list --listener notifications.send-confirmation --status failed`,
		Args:              positional(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVar(&filter.Type, "type", "", "event `TYPE`")
	set.StringVar(&filter.AggregateType, "aggregate-type", "", "`NOUN` of the aggregate")
	set.StringVar(&filter.AggregateID, "aggregate-id", "", "`ID` of the aggregate")
	set.StringVar(&filter.CorrelationID, "correlation-id", "", "`ID` of the correlation")
	set.StringVar(&filter.TenantID, "tenant", "", "tenant's `UUID`; all tenants without it")
	set.StringVar(&status, "status", "", "`STATUS`: "+orList(statusNames()))
	set.StringVar(&filter.Listener, "listener", "", "failed in this listener, by `NAME`")
	set.IntVar(&limit, "limit", defaultLimit, "at most `N` events")
	set.StringVar(&token, "page-token", "", "`TOKEN` to go on where the last list ended")
	complete(cmd, "type", a.typeNames)
	complete(cmd, "listener", a.listenerNames)
	complete(cmd, "status", func(string) []string { return statusNames() })
	cmd.RunE = a.runE(func(ctx context.Context, _ []string) error {
		after, err := base64.RawURLEncoding.DecodeString(token)
		switch {
		case err != nil:
			return usage("--page-token %q is none that list has printed", token)
		case limit < 1:
			return usage("--limit %d: it must be at least 1", limit)
		case status != "" && !slices.Contains(statusNames(), status):
			return usage("--status %q: choose %s", status, orList(statusNames()))
		}
		filter.Status = events.Status(status)
		return a.withBus(ctx, func(b bus) error { return a.list(ctx, b, filter, limit, after) })
	})
	return cmd
}

func statusNames() []string {
	var names []string
	for _, s := range events.Statuses() {
		names = append(names, string(s))
	}
	return names
}

// list prints up to limit records, from as many pages as it takes.
func (a *app) list(ctx context.Context, b bus, filter workflows.Filter, limit int, token []byte) error {
	var records []workflows.Record
	for {
		page, next, err := b.List(ctx, filter, min(limit-len(records), pageSize), token)
		if err != nil {
			return err
		}
		records = append(records, page...)
		if token = next; len(token) == 0 || len(records) >= limit {
			break
		}
	}
	if err := printList(a, records, func(w io.Writer) { a.recordTable(w, records) }); err != nil {
		return err
	}
	switch {
	case len(token) > 0:
		a.say("more: --page-token %s", base64.RawURLEncoding.EncodeToString(token))
	case len(records) == 0:
		a.say("no such events")
	}
	return nil
}

func (a *app) recordTable(w io.Writer, records []workflows.Record) {
	if len(records) == 0 {
		return
	}
	paint := a.paint(a.stdout)
	rows := make([][]string, len(records))
	for i, r := range records {
		rows[i] = []string{
			r.EventID, r.Type, r.AggregateID, paint.status(string(r.Status)), a.when(r.PublishedAt), strings.Join(r.FailedListeners, ", "),
		}
	}
	a.table(w, []string{"EVENT", "TYPE", "AGGREGATE", "STATUS", "PUBLISHED", "FAILED LISTENERS"}, rows)
}
