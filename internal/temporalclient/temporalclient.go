// Package temporalclient connects to Temporal, the same way for the worker and
// for the command line: by Temporal's own environment variables and profiles
// (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*,
// TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE), which [Options] override.
package temporalclient

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"
)

// DefaultConnectTimeout limits one attempt to reach the server.
const DefaultConnectTimeout = 5 * time.Second

// Options override what the environment and the profile say. The zero value
// takes everything from them.
type Options struct {
	// Address is the server's host and port, and Namespace the namespace.
	Address   string
	Namespace string
	// APIKey turns TLS on, as every field of TLS does.
	APIKey string
	TLS    TLS
	// GRPCMeta are headers of every call.
	GRPCMeta map[string]string
	// CodecEndpoint is the address of a codec server, used if RemoteCodec is set:
	// right for a command line, wrong for a worker, which has the codec itself.
	CodecEndpoint string
	CodecAuth     string
	RemoteCodec   bool

	// Profile names the profile in ConfigFile.
	Profile    string
	ConfigFile string
	// DisableConfigFile and DisableConfigEnv leave one of the two sources out.
	DisableConfigFile bool
	DisableConfigEnv  bool
	// LookupEnv replaces os.LookupEnv.
	LookupEnv func(name string) (string, bool)

	// Identity names this process in histories; the SDK's default is pid@host.
	Identity string
	// ConnectTimeout limits one attempt to reach the server; the default is
	// [DefaultConnectTimeout].
	ConnectTimeout time.Duration
	// Patience is how long an unreachable server is tried again, for a process
	// that starts beside it. Zero means one attempt.
	Patience time.Duration
	// Logger gets the SDK's log; without one there is none.
	Logger *slog.Logger
	// DialOptions come after the SDK's own, so that interceptors chained here are
	// the inner ones.
	DialOptions []grpc.DialOption
	// Configure has the last word: data converter, metrics, interceptors.
	Configure func(*client.Options)
}

// TLS overrides the profile's TLS settings, field by field.
type TLS struct {
	// Enabled is nil to leave the decision to the other settings.
	Enabled                 *bool
	CertPath                string
	CertData                string
	KeyPath                 string
	KeyData                 string
	CAPath                  string
	CAData                  string
	ServerName              string
	DisableHostVerification bool
}

// A Connection is a client and where it is connected to.
type Connection struct {
	Client    client.Client
	Address   string
	Namespace string
}

// ErrConfig is wrapped by the error of [Load] for settings that contradict each
// other, or files that can't be read.
var ErrConfig = errors.New("temporal configuration")

// Load returns the SDK's options without connecting.
func Load(o Options) (client.Options, error) {
	profile, err := o.load()
	if err != nil {
		return client.Options{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	o.override(&profile)
	options, err := profile.ToClientOptions(envconfig.ToClientOptionsRequest{IncludeRemoteCodec: o.RemoteCodec})
	if err != nil {
		return client.Options{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if options.HostPort == "" {
		options.HostPort = client.DefaultHostPort
	}
	if options.Namespace == "" {
		options.Namespace = client.DefaultNamespace
	}
	logger := o.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	options.Logger = log.NewStructuredLogger(logger)
	options.Identity = o.Identity
	options.ConnectionOptions.GetSystemInfoTimeout = o.connectTimeout()
	options.ConnectionOptions.DialOptions = append(options.ConnectionOptions.DialOptions, o.DialOptions...)
	if o.Configure != nil {
		o.Configure(&options)
	}
	return options, nil
}

// load reads the profile and the environment. envconfig refuses to leave both out.
func (o Options) load() (envconfig.ClientConfigProfile, error) {
	if o.DisableConfigFile && o.DisableConfigEnv {
		return envconfig.ClientConfigProfile{}, nil
	}
	return envconfig.LoadClientConfigProfile(envconfig.LoadClientConfigProfileOptions{
		ConfigFilePath:    o.ConfigFile,
		ConfigFileProfile: o.Profile,
		DisableFile:       o.DisableConfigFile,
		DisableEnv:        o.DisableConfigEnv,
		EnvLookup:         lookup(o.LookupEnv),
	})
}

// Dial connects. A server that can't be reached, or that refuses the
// credentials, is a [*ConnectError]; settings that make no sense wrap
// [ErrConfig]; the end of ctx is its cause.
func Dial(ctx context.Context, o Options) (*Connection, error) {
	options, err := Load(o)
	if err != nil {
		return nil, err
	}
	for started := time.Now(); ; {
		c, err := dialOnce(ctx, options, o.connectTimeout())
		if err == nil {
			return &Connection{Client: c, Address: options.HostPort, Namespace: options.Namespace}, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("connect to %s: %w", options.HostPort, context.Cause(ctx))
		}
		failure := &ConnectError{Address: options.HostPort, Err: err}
		if failure.refused() || time.Since(started)+retryInterval > o.Patience {
			return nil, failure
		}
		if o.Logger != nil {
			o.Logger.InfoContext(ctx, "server not reachable yet", "address", options.HostPort, "error", failure.reason())
		}
		wait(ctx, retryInterval)
	}
}

// retryInterval is the time between two attempts within the patience.
const retryInterval = 500 * time.Millisecond

func dialOnce(ctx context.Context, options client.Options, timeout time.Duration) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return client.DialContext(ctx, options)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (o Options) connectTimeout() time.Duration {
	if o.ConnectTimeout > 0 {
		return o.ConnectTimeout
	}
	return DefaultConnectTimeout
}

// override puts the options over the profile.
func (o Options) override(profile *envconfig.ClientConfigProfile) {
	set(&profile.Address, o.Address)
	set(&profile.Namespace, o.Namespace)
	set(&profile.APIKey, o.APIKey)
	if o.TLS != (TLS{}) {
		if profile.TLS == nil {
			profile.TLS = &envconfig.ClientConfigTLS{}
		}
		o.TLS.override(profile.TLS)
	}
	for name, value := range o.GRPCMeta {
		if profile.GRPCMeta == nil {
			profile.GRPCMeta = map[string]string{}
		}
		profile.GRPCMeta[envconfig.NormalizeGRPCMetaKey(name)] = value
	}
	if o.CodecEndpoint != "" || o.CodecAuth != "" {
		if profile.Codec == nil {
			profile.Codec = &envconfig.ClientConfigCodec{}
		}
		set(&profile.Codec.Endpoint, o.CodecEndpoint)
		set(&profile.Codec.Auth, o.CodecAuth)
	}
}

// override puts the options over a profile's. A path replaces the data that the
// profile may have, and the other way round.
func (t TLS) override(profile *envconfig.ClientConfigTLS) {
	if t.Enabled != nil {
		profile.Disabled = !*t.Enabled
	}
	pair := func(path *string, data *[]byte, newPath, newData string) {
		if newPath != "" || newData != "" {
			*path, *data = newPath, []byte(newData)
		}
	}
	pair(&profile.ClientCertPath, &profile.ClientCertData, t.CertPath, t.CertData)
	pair(&profile.ClientKeyPath, &profile.ClientKeyData, t.KeyPath, t.KeyData)
	pair(&profile.ServerCACertPath, &profile.ServerCACertData, t.CAPath, t.CAData)
	set(&profile.ServerName, t.ServerName)
	if t.DisableHostVerification {
		profile.DisableHostVerification = true
	}
}

func set(field *string, value string) {
	if value != "" {
		*field = value
	}
}

// Profiles returns the names of the profiles in the configuration file, for
// completion.
func Profiles(configFile string) ([]string, error) {
	config, err := envconfig.LoadClientConfig(envconfig.LoadClientConfigOptions{ConfigFilePath: configFile})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	names := make([]string, 0, len(config.Profiles))
	for name := range config.Profiles {
		names = append(names, name)
	}
	return names, nil
}
