package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
)

var (
	errHelp    = errors.New("help was asked for")
	errVersion = errors.New("the version was asked for")
)

// A usageError names a flag, the value it was given, and what to do about it.
type usageError struct {
	flag, value, fix string
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%s %q: %s (see devserver --help)", e.flag, e.value, e.fix)
}

// parseOptions reads the command line. It returns errHelp or errVersion if
// that is what was asked for.
func parseOptions(args []string) (Options, error) {
	p := newParser()
	if err := p.set.Parse(args); err != nil {
		return Options{}, p.explain(err)
	}
	if p.set.NArg() > 0 {
		return Options{}, &usageError{"argument", p.set.Arg(0), "devserver takes flags only"}
	}
	if p.version {
		return Options{}, errVersion
	}
	if err := p.opts.complete(); err != nil {
		return Options{}, err
	}
	return p.opts, nil
}

// A parser collects options; bad is the first value that no flag could take.
type parser struct {
	opts    Options
	set     *flag.FlagSet
	version bool
	bad     *usageError
}

func newParser() *parser {
	p := &parser{opts: defaultOptions(), set: flag.NewFlagSet("devserver", flag.ContinueOnError)}
	p.set.SetOutput(io.Discard)
	p.set.Usage = func() {}
	p.define()
	return p
}

func (p *parser) define() {
	o := &p.opts
	p.set.BoolVar(&o.Headless, "headless", false, "")
	p.set.BoolVar(&p.version, "version", false, "")
	p.value("ip", setIP(&o.IP))
	p.value("ui-ip", setIP(&o.UIIP))
	p.value("port", func(s string) (err error) { o.Port, err = parsePort(s); return err })
	p.value("ui-port", func(s string) error {
		port, err := parsePort(s)
		o.UIPort = &port
		return err
	})
	p.value("db-filename", p.setDBFilename)
	p.value("namespace", p.addNamespace)
	p.value("log-level", p.setLogLevel)
	p.value("log-format", p.setLogFormat)
	p.value("dynamic-config-value", func(s string) error { return addDynamicConfig(o.DynamicConfig, s) })
	p.value("search-attribute", p.addSearchAttribute)
}

// value defines a flag whose errors are kept, because the flag package would
// wrap them in words of its own.
func (p *parser) value(name string, set func(string) error) {
	p.set.Func(name, "", func(s string) error {
		err := set(s)
		if err != nil && p.bad == nil {
			p.bad = &usageError{"--" + name, s, err.Error()}
		}
		return err
	})
}

// explain turns an error of the flag package into one that says what to do.
func (p *parser) explain(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return errHelp
	}
	if p.bad != nil {
		return p.bad
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return fmt.Errorf("unknown flag --%s%s (see devserver --help)", name, p.suggest(name))
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return fmt.Errorf("flag --%s needs a value (see devserver --help)", name)
	}
	return fmt.Errorf("%s (see devserver --help)", text)
}

// suggest names the flag that somebody probably meant, if there is one.
func (p *parser) suggest(name string) string {
	if closest := nearest(name, p.names()); closest != "" {
		return ": did you mean --" + closest + "?"
	}
	return ""
}

func (p *parser) names() []string {
	var names []string
	p.set.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

func setIP(target *string) func(string) error {
	return func(s string) (err error) { *target, err = parseIP(s); return err }
}

func parsePort(s string) (int, error) {
	port, err := strconv.Atoi(s)
	if err != nil || port < 0 || port > 65535 {
		return 0, errors.New("not a port: use a number from 1 to 65535, or 0 for any free port")
	}
	return port, nil
}

func (p *parser) setDBFilename(s string) error {
	if s == "" {
		return errors.New("no file name: leave the flag out to keep everything in memory")
	}
	if strings.ContainsAny(s, "?#%") {
		return errors.New("SQLite reads ?, # and % in a file name as something else: choose another name")
	}
	p.opts.DBFilename = s
	return nil
}

func (p *parser) addNamespace(s string) error {
	if strings.TrimSpace(s) == "" || s == systemNamespace {
		return errors.New("not a name for a namespace of yours: choose another")
	}
	p.opts.Namespaces = append(p.opts.Namespaces, s)
	return nil
}

func (p *parser) setLogLevel(s string) error {
	if s == "never" {
		p.opts.LogLevel = logNever
	} else if err := p.opts.LogLevel.UnmarshalText([]byte(s)); err != nil {
		return errors.New("not a level: use debug, info, warn, error or never")
	}
	p.opts.LogLevelSet = p.opts.LogLevel != slog.LevelError
	return nil
}

func (p *parser) setLogFormat(s string) error {
	if s != "text" && s != "json" {
		return errors.New("not a format: use text or json")
	}
	p.opts.LogJSON = s == "json"
	return nil
}

func (p *parser) addSearchAttribute(s string) error {
	name, kind, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return errors.New("use NAME=TYPE, such as TenantId=Keyword")
	}
	for known, value := range enumspb.IndexedValueType_shorthandValue {
		if strings.EqualFold(known, kind) && value != 0 {
			p.opts.SearchAttributes[name] = enumspb.IndexedValueType(value)
			return nil
		}
	}
	types := slices.DeleteFunc(slices.Sorted(maps.Keys(enumspb.IndexedValueType_shorthandValue)),
		func(t string) bool { return t == "Unspecified" })
	return fmt.Errorf("no such type: use one of %s", strings.Join(types, ", "))
}
