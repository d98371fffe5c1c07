package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
)

const (
	source = "/herald/starter"
	// streamArg in place of a type reads many events from standard input.
	streamArg = "-"
)

// demoTenant is the tenant of the demo data.
var demoTenant = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://herald.example/demo/flaumfeder")).String()

// publishFlags are those of the publish command.
type publishFlags struct {
	data, dataFile, eventFile                 string
	id, correlation, tenant, source, causedBy string
	metadata                                  map[string]string
	after                                     time.Duration
	at                                        string
	backdated, timeSkipping                   bool
	wait                                      bool
	waitTimeout                               time.Duration
	requireNew, dryRun                        bool
	stopOnError                               bool
	concurrency                               int
	rate                                      float64
}

func (a *app) publishCommand() *cobra.Command {
	var f publishFlags
	cmd := &cobra.Command{
		Use:   "publish {TYPE | -} [flags]",
		Short: "Publish an event, or many from standard input",
		Long: `Publish an event, or many from standard input.

One event is either a TYPE with its data as JSON (--data, --data-file), or a
whole CloudEvent 1.0 in JSON (--event-file). With "-" in place of the type each
line of standard input is a CloudEvent; type and data are enough:
  {"id":"...","type":"call.started","data":{...}}
Flags win over what an event says of itself. Each input line gives one result
line in the same order: its number, id, status (published, duplicate or
rejected) and error. A bad line doesn't stop the others.

Publishing the same id again is safe: it is delivered once, and the answer is
the first receipt, as a duplicate. Give each event an id to be able to run the
same input again.`,
		Example: `  starter publish call.started --data-file call.json
  starter publish call.started --data-file call.json --wait -o json
  starter publish --event-file event.json --after 10m
  starter publish - --concurrency 8 -o jsonl < events.ndjson`,
		Args:              f.checkArgs,
		ValidArgsFunction: a.completeTypes,
	}
	f.register(cmd)
	cmd.RunE = a.runE(func(ctx context.Context, args []string) error {
		registry, err := a.registry(a.logger())
		if err != nil {
			return err
		}
		p := &publishing{app: a, flags: f, registry: registry}
		if err := p.setOptions(); err != nil {
			return err
		}
		if len(args) > 0 && args[0] == streamArg {
			return p.many(ctx)
		}
		return p.one(ctx, args)
	})
	return cmd
}

func (f *publishFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVarP(&f.data, "data", "d", "", "the event's data as `JSON`")
	set.StringVar(&f.dataFile, "data-file", "", "`FILE` with the data, - for standard input")
	set.StringVar(&f.eventFile, "event-file", "", "`FILE` with a CloudEvent, - for standard input")
	set.StringVar(&f.id, "id", "", "the event's id, a `UUID` (a new UUIDv7)")
	set.StringVar(&f.correlation, "correlation-id", "", "`ID` that joins events of one cause (the event's)")
	set.StringVar(&f.tenant, "tenant", "", "tenant's `UUID` (HERALD_TENANT_ID, else the demo's)")
	set.StringVar(&f.source, "source", "", "who publishes, a `URI` reference ("+source+")")
	set.StringVar(&f.causedBy, "caused-by", "", "`ACTOR`, as in operator:night-shift")
	set.StringToStringVar(&f.metadata, "metadata", nil, "extension `NAME=VALUE`, repeatable")
	set.Lookup("metadata").DefValue = ""
	set.DurationVar(&f.after, "after", 0, "deliver after `TIME`, as in 90m")
	set.StringVar(&f.at, "at", "", "deliver at `INSTANT`, as in 2027-03-30T08:00:00Z")
	set.BoolVar(&f.backdated, "backdated", false, "take an id older than the server's memory")
	set.BoolVar(&f.timeSkipping, "time-skipping", false, "let a demo server skip the waiting")
	set.BoolVarP(&f.wait, "wait", "w", false, "wait for the sync listeners, print what they did")
	set.DurationVar(&f.waitTimeout, "wait-timeout", 30*time.Second, "`TIME` that --wait waits")
	set.BoolVar(&f.requireNew, "require-new", false, "fail on a duplicate, with exit code 4")
	set.BoolVar(&f.dryRun, "dry-run", false, "check and print, publish nothing")
	set.BoolVar(&f.stopOnError, "stop-on-error", false, "with -: read no more after a failed line")
	set.IntVar(&f.concurrency, "concurrency", 4, "with -: at most `N` events under way at once")
	set.Float64Var(&f.rate, "rate", 0, "with -: at most `N` events a second")
}

// checkArgs refuses combinations that mean nothing.
func (f *publishFlags) checkArgs(cmd *cobra.Command, args []string) error {
	if err := positional(0, 1, "")(cmd, args); err != nil {
		return err
	}
	given := cmd.Flags().Changed
	stream := len(args) == 1 && args[0] == streamArg
	hasData := given("data") || given("data-file")
	switch {
	case len(args) == 0 && f.eventFile == "":
		return usage("what to publish is missing: name the event type, or give --event-file FILE, or - for lines of standard input")
	case f.eventFile != "" && (len(args) > 0 || hasData):
		return usage("--event-file is the whole event: leave the type and the data out")
	case given("data") && given("data-file"):
		return usage("--data and --data-file: choose one")
	case stream && hasData:
		return usage("- reads whole events from standard input: leave --data and --data-file out")
	case len(args) == 1 && !stream && !hasData:
		return usage("the data of %s is missing: give --data JSON or --data-file FILE; starter types %s --fields lists the fields", args[0], args[0])
	case stream && (f.wait || f.id != ""):
		return usage("--wait and --id are for one event, not for -")
	case given("after") && given("at"):
		return usage("--after and --at: choose one")
	case f.after < 0:
		return usage("--after %s: it must be positive", f.after)
	case f.wait && (given("after") || given("at")):
		return usage("--wait: a delayed event has nothing to wait for; follow it with starter describe ID --watch")
	}
	for _, name := range []string{"stop-on-error", "concurrency", "rate"} {
		if given(name) && !stream {
			return usage("--%s is for many events: publish - reads them from standard input", name)
		}
	}
	if f.concurrency < 1 || f.rate < 0 || f.waitTimeout <= 0 {
		return usage("--concurrency must be at least 1, --rate at least 0, --wait-timeout positive")
	}
	return nil
}

// publishing is one run of the publish command.
type publishing struct {
	*app
	flags    publishFlags
	registry *events.Registry
	options  []events.Option
}

// setOptions turns the flags into options.
func (p *publishing) setOptions() error {
	f := p.flags
	text := func(option func(string) events.Option, value string) {
		if value != "" {
			p.options = append(p.options, option(value))
		}
	}
	text(events.ID, f.id)
	text(events.Correlation, f.correlation)
	text(events.Tenant, f.tenant)
	text(events.Source, f.source)
	text(events.CausedBy, f.causedBy)
	for name, value := range f.metadata {
		p.options = append(p.options, events.Metadata(name, value))
	}
	if f.after > 0 {
		p.options = append(p.options, events.After(f.after))
	}
	if f.at != "" {
		at, err := time.Parse(time.RFC3339Nano, f.at)
		if err != nil {
			return usage("--at %q: write an instant like 2027-03-30T08:00:00Z", f.at)
		}
		p.options = append(p.options, events.At(at))
	}
	if f.timeSkipping {
		p.options = append(p.options, events.TimeSkipping())
	}
	p.options = append(p.options, p.sealed()...)
	return nil
}

// sealed are the options that a sealed envelope does not carry.
func (p *publishing) sealed() []events.Option {
	if p.flags.backdated {
		return []events.Option{events.Backdated()}
	}
	return nil
}

// seal checks an event against its type and completes it.
func (p *publishing) seal(env events.Envelope) (events.Envelope, error) {
	if env.TenantID == "" {
		env.TenantID = p.env("HERALD_TENANT_ID", demoTenant)
	}
	if env.Source == "" {
		env.Source = source
	}
	env, err := p.registry.Check(env)
	if err != nil {
		return env, err
	}
	return events.SealAt(p.now(), env, p.options...)
}

// read returns the one event that the arguments name.
func (p *publishing) read(args []string) (events.Envelope, error) {
	if p.flags.eventFile != "" {
		raw, err := p.readInput("event-file", p.flags.eventFile)
		if err != nil {
			return events.Envelope{}, err
		}
		env, err := parseEvent(raw, 1)
		if err != nil {
			return env, usage("--event-file: %s", err)
		}
		return env, nil
	}
	flag, raw := "data", []byte(p.flags.data)
	if p.flags.dataFile != "" {
		var err error
		flag = "data-file"
		if raw, err = p.readInput(flag, p.flags.dataFile); err != nil {
			return events.Envelope{}, err
		}
	}
	data, err := checkJSON(raw, 1)
	if err != nil {
		return events.Envelope{}, usage("--%s: %s", flag, err)
	}
	if isCloudEvent(data) {
		return events.Envelope{}, usage("--%s is a whole CloudEvent: publish it with --event-file, without a type", flag)
	}
	return events.Envelope{Meta: events.Meta{Type: args[0]}, Data: data}, nil
}

// goesOn says how to follow an event after the waiting has ended.
func goesOn(id string) string {
	return fmt.Sprintf("the event goes on; follow it with: starter describe %s --watch", id)
}
