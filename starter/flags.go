package main

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// globalFlags are those of every command.
type globalFlags struct {
	output     string
	timeFormat string
	color      string
	logLevel   string
	logFormat  string

	address, namespace, apiKey string
	tls                        bool
	tlsOptions                 temporalclient.TLS
	grpcMeta                   map[string]string
	codecEndpoint, codecAuth   string
	profile, configFile        string
	disableConfigFile          bool
	disableConfigEnv           bool
	identity                   string
	taskQueue                  string
	commandTimeout             time.Duration
	connectTimeout             time.Duration

	set *pflag.FlagSet
}

// Values of the flags with a choice.
const (
	outputText  = "text"
	outputJSON  = "json"
	outputJSONL = "jsonl"
	outputNone  = "none"
)

var (
	outputs     = []string{outputText, outputJSON, outputJSONL, outputNone}
	timeFormats = []string{"relative", "iso", "raw"}
	colors      = []string{"auto", "always", "never"}
	logFormats  = []string{"text", "json"}
	logLevels   = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
)

// connectionGroup annotates the flags that only the help of the root shows.
const connectionGroup = "connection"

// register adds the flags to the root command.
func (f *globalFlags) register(root *cobra.Command, a *app) {
	f.set = root.PersistentFlags()
	f.set.SortFlags = false
	f.set.StringVarP(&f.output, "output", "o", outputText, "`FORMAT` of data: text, json, jsonl (a line each), none")
	f.set.StringVar(&f.timeFormat, "time-format", "relative", "`FORMAT` of times in text: relative, iso or raw")
	f.set.StringVar(&f.color, "color", "auto", "`WHEN` to colour: auto (heeds NO_COLOR), always, never")
	f.set.StringVar(&f.logLevel, "log-level", "never", "`LEVEL` of the client's log: never, debug, info, warn, error")
	f.set.StringVar(&f.logFormat, "log-format", "text", "`FORMAT` of the log: text or json")
	f.registerConnection(a)
	for name, values := range map[string][]string{
		"output": outputs, "time-format": timeFormats, "color": colors, "log-format": logFormats, "log-level": levelNames(),
	} {
		complete(root, name, func(string) []string { return values })
	}
	complete(root, "profile", func(string) []string {
		names, err := temporalclient.Profiles(f.configFile)
		if err != nil {
			return nil
		}
		return slices.Sorted(slices.Values(names))
	})
}

func (f *globalFlags) registerConnection(a *app) {
	c := pflag.NewFlagSet(connectionGroup, pflag.ContinueOnError)
	c.SortFlags = false
	c.StringVar(&f.address, "address", "", "server's `HOST:PORT` (TEMPORAL_ADDRESS)")
	c.StringVarP(&f.namespace, "namespace", "n", "", "`NAME` of the namespace (TEMPORAL_NAMESPACE)")
	c.StringVar(&f.taskQueue, "task-queue", a.env("HERALD_TASK_QUEUE", workflows.DefaultTaskQueue), "`NAME` of deliveries' queue (HERALD_TASK_QUEUE)")
	c.StringVar(&f.profile, "profile", "", "`NAME` in the config file (TEMPORAL_PROFILE)")
	c.StringVar(&f.configFile, "config-file", "", "TOML `FILE` of profiles (TEMPORAL_CONFIG_FILE)")
	c.BoolVar(&f.disableConfigFile, "disable-config-file", false, "read no config file")
	c.BoolVar(&f.disableConfigEnv, "disable-config-env", false, "read no TEMPORAL_ variables")
	c.StringVar(&f.apiKey, "api-key", "", "API `KEY` (better: TEMPORAL_API_KEY)")
	c.BoolVar(&f.tls, "tls", false, "TLS; on by itself with a key or certificate")
	c.StringVar(&f.tlsOptions.CertPath, "tls-cert-path", "", "`FILE` with the client certificate")
	c.StringVar(&f.tlsOptions.CertData, "tls-cert-data", "", "the same as `PEM`")
	c.StringVar(&f.tlsOptions.KeyPath, "tls-key-path", "", "`FILE` with the client key")
	c.StringVar(&f.tlsOptions.KeyData, "tls-key-data", "", "the same as `PEM`")
	c.StringVar(&f.tlsOptions.CAPath, "tls-ca-path", "", "`FILE` with the server's CA")
	c.StringVar(&f.tlsOptions.CAData, "tls-ca-data", "", "the same as `PEM`")
	c.StringVar(&f.tlsOptions.ServerName, "tls-server-name", "", "`NAME` in the server's certificate")
	c.BoolVar(&f.tlsOptions.DisableHostVerification, "tls-disable-host-verification", false, "don't check the name")
	c.StringToStringVar(&f.grpcMeta, "grpc-meta", nil, "gRPC header `KEY=VALUE`, repeatable")
	c.StringVar(&f.codecEndpoint, "codec-endpoint", "", "codec server's `URL` (TEMPORAL_CODEC_ENDPOINT)")
	c.StringVar(&f.codecAuth, "codec-auth", "", "its `AUTHORIZATION` (TEMPORAL_CODEC_AUTH)")
	c.StringVar(&f.identity, "identity", "", "`NAME` of who acts, for histories (user@host)")
	c.DurationVar(&f.commandTimeout, "command-timeout", 0, "`TIME` limit of the whole command; 0 is none")
	c.DurationVar(&f.connectTimeout, "client-connect-timeout", temporalclient.DefaultConnectTimeout, "`TIME` limit of connecting")
	c.Lookup("grpc-meta").DefValue = ""
	c.VisitAll(func(flag *pflag.Flag) { flag.Annotations = map[string][]string{connectionGroup: {"true"}} })
	f.set.AddFlagSet(c)
}

func levelNames() []string {
	return append([]string{"never"}, slices.Sorted(maps.Keys(logLevels))...)
}

// check reports values that are none of the choice.
func (f *globalFlags) check() error {
	for _, choice := range []struct {
		flag, value string
		values      []string
	}{
		{"output", f.output, outputs},
		{"time-format", f.timeFormat, timeFormats},
		{"color", f.color, colors},
		{"log-level", f.logLevel, levelNames()},
		{"log-format", f.logFormat, logFormats},
	} {
		if !slices.Contains(choice.values, choice.value) {
			return usage("--%s %q: choose %s", choice.flag, choice.value, orList(choice.values))
		}
	}
	return nil
}

func orList(values []string) string {
	last := len(values) - 1
	if last < 1 {
		return strings.Join(values, "")
	}
	return fmt.Sprintf("%s or %s", strings.Join(values[:last], ", "), values[last])
}

// connection returns where to connect to.
func (f *globalFlags) connection(a *app) temporalclient.Options {
	tls := f.tlsOptions
	if f.set.Changed("tls") {
		tls.Enabled = &f.tls
	}
	return temporalclient.Options{
		Address: f.address, Namespace: f.namespace, APIKey: f.apiKey,
		TLS: tls, GRPCMeta: f.grpcMeta,
		CodecEndpoint: f.codecEndpoint, CodecAuth: f.codecAuth, RemoteCodec: true,
		Profile: f.profile, ConfigFile: f.configFile,
		DisableConfigFile: f.disableConfigFile, DisableConfigEnv: f.disableConfigEnv,
		LookupEnv: a.lookupEnv,
		Identity:  f.who(a), ConnectTimeout: f.connectTimeout,
		Logger: a.logger(),
	}
}

// who acts, for the identity in histories.
func (f *globalFlags) who(a *app) string {
	if f.identity != "" {
		return f.identity
	}
	return a.user()
}
