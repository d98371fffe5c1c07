package temporalclient_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/herald-bus/herald/internal/temporalclient"
)

// environment is a lookup over the given variables, which come in pairs.
func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

const profiles = `
[profile.default]
address = "file.example:7233"
namespace = "from-file"

[profile.staging]
address = "staging.example:7233"
namespace = "staging"
api_key = "not-a-real-key"
`

func configFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestLoad(t *testing.T) {
	t.Parallel()

	t.Run("falls back to the local server", func(t *testing.T) {
		t.Parallel()

		options, err := temporalclient.Load(temporalclient.Options{DisableConfigFile: true, LookupEnv: environment()})

		require.NoError(t, err)
		require.Equal(t, "localhost:7233", options.HostPort)
		require.Equal(t, "default", options.Namespace)
		require.NotNil(t, options.Logger)
	})

	t.Run("puts options over the environment over the profile", func(t *testing.T) {
		t.Parallel()

		options, err := temporalclient.Load(temporalclient.Options{
			ConfigFile: configFile(t, profiles),
			LookupEnv:  environment("TEMPORAL_ADDRESS", "env.example:7233", "TEMPORAL_NAMESPACE", "from-env"),
			Namespace:  "from-flag",
		})

		require.NoError(t, err)
		require.Equal(t, "env.example:7233", options.HostPort)
		require.Equal(t, "from-flag", options.Namespace)
	})

	t.Run("takes the named profile, whose API key turns TLS on", func(t *testing.T) {
		t.Parallel()

		options, err := temporalclient.Load(temporalclient.Options{ConfigFile: configFile(t, profiles), Profile: "staging", LookupEnv: environment()})

		require.NoError(t, err)
		require.Equal(t, "staging.example:7233", options.HostPort)
		require.NotNil(t, options.Credentials)
		require.NotNil(t, options.ConnectionOptions.TLS)
	})

	t.Run("leaves out file and environment when told to", func(t *testing.T) {
		t.Parallel()

		options, err := temporalclient.Load(temporalclient.Options{
			DisableConfigFile: true, DisableConfigEnv: true, LookupEnv: environment("TEMPORAL_ADDRESS", "env.example:7233"),
		})

		require.NoError(t, err)
		require.Equal(t, client.DefaultHostPort, options.HostPort)
	})

	t.Run("refuses a profile that does not exist", func(t *testing.T) {
		t.Parallel()

		_, err := temporalclient.Load(temporalclient.Options{ConfigFile: configFile(t, profiles), Profile: "stagin", LookupEnv: environment()})

		require.ErrorIs(t, err, temporalclient.ErrConfig)
		require.ErrorContains(t, err, "stagin")
	})

	t.Run("refuses half a key pair", func(t *testing.T) {
		t.Parallel()

		_, err := temporalclient.Load(temporalclient.Options{
			DisableConfigFile: true, LookupEnv: environment(), TLS: temporalclient.TLS{CertPath: "client.pem"},
		})

		require.ErrorIs(t, err, temporalclient.ErrConfig)
	})

	t.Run("puts TLS, headers and the codec together and lets Configure have the last word", func(t *testing.T) {
		t.Parallel()

		on := true
		options, err := temporalclient.Load(temporalclient.Options{
			DisableConfigFile: true, LookupEnv: environment(),
			TLS:           temporalclient.TLS{Enabled: &on, ServerName: "temporal.example", DisableHostVerification: true},
			GRPCMeta:      map[string]string{"X_Route": "a"},
			CodecEndpoint: "http://codec.example", RemoteCodec: true,
			Configure: func(o *client.Options) { o.Identity = "worker@" + o.Namespace },
		})

		require.NoError(t, err)
		require.Equal(t, "temporal.example", options.ConnectionOptions.TLS.ServerName)
		require.True(t, options.ConnectionOptions.TLS.InsecureSkipVerify)
		headers, err := options.HeadersProvider.GetHeaders(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]string{"x-route": "a"}, headers)
		require.NotNil(t, options.DataConverter)
		require.Equal(t, "worker@default", options.Identity)
	})
}

func TestProfiles(t *testing.T) {
	t.Parallel()

	names, err := temporalclient.Profiles(configFile(t, profiles))

	require.NoError(t, err)
	require.ElementsMatch(t, []string{"default", "staging"}, names)
}

// server is as much of Temporal as a connection needs.
type server struct {
	workflowservice.UnimplementedWorkflowServiceServer
	answer func(ctx context.Context) error
}

func (s *server) GetSystemInfo(ctx context.Context, _ *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	if s.answer != nil {
		if err := s.answer(ctx); err != nil {
			return nil, err
		}
	}
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

// serve runs a server and returns its address.
func serve(t *testing.T, answer func(ctx context.Context) error) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(g, &server{answer: answer})
	go func() { _ = g.Serve(listener) }()
	t.Cleanup(g.Stop)
	return listener.Addr().String()
}

// closedPort returns an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}

func dial(t *testing.T, o temporalclient.Options) (*temporalclient.Connection, error) {
	t.Helper()
	o.DisableConfigFile = true
	if o.LookupEnv == nil {
		o.LookupEnv = environment()
	}
	c, err := temporalclient.Dial(t.Context(), o)
	if err == nil {
		t.Cleanup(c.Client.Close)
	}
	return c, err
}

func TestDial(t *testing.T) {
	t.Parallel()

	t.Run("connects through the given interceptors", func(t *testing.T) {
		t.Parallel()
		header := make(chan string, 1)
		address := serve(t, func(ctx context.Context) error {
			incoming, _ := metadata.FromIncomingContext(ctx)
			header <- incoming.Get("x-mark")[0]
			return nil
		})
		mark := func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
			return invoke(metadata.AppendToOutgoingContext(ctx, "x-mark", "seen"), method, request, reply, conn, options...)
		}

		connection, err := dial(t, temporalclient.Options{
			Address: address, Namespace: "herald", DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(mark)},
		})

		require.NoError(t, err)
		require.Equal(t, address, connection.Address)
		require.Equal(t, "herald", connection.Namespace)
		require.Equal(t, "seen", <-header)
	})

	t.Run("says what to do when nobody listens", func(t *testing.T) {
		t.Parallel()
		address := closedPort(t)

		_, err := dial(t, temporalclient.Options{LookupEnv: environment("TEMPORAL_ADDRESS", address)})

		var failure *temporalclient.ConnectError
		require.ErrorAs(t, err, &failure)
		require.Equal(t, address, failure.Address)
		require.EqualError(t, err, `connect to `+address+`: connection refused: is the server up? run "make up", or set TEMPORAL_ADDRESS`)
	})

	t.Run("names a host that does not exist", func(t *testing.T) {
		t.Parallel()

		_, err := dial(t, temporalclient.Options{Address: "temporal.invalid:7233"})

		require.ErrorAs(t, err, new(*temporalclient.ConnectError))
		require.ErrorContains(t, err, "no such host temporal.invalid")
	})

	t.Run("gives up on a server that does not answer", func(t *testing.T) {
		t.Parallel()
		address := serve(t, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})

		_, err := dial(t, temporalclient.Options{Address: address, ConnectTimeout: 50 * time.Millisecond})

		require.ErrorAs(t, err, new(*temporalclient.ConnectError))
		require.ErrorContains(t, err, "no answer in time")
	})

	t.Run("says that credentials were refused, and is not patient then", func(t *testing.T) {
		t.Parallel()
		var calls atomic.Int32
		address := serve(t, func(context.Context) error {
			calls.Add(1)
			return status.Error(codes.Unauthenticated, "request unauthenticated")
		})

		_, err := dial(t, temporalclient.Options{Address: address, Patience: time.Hour})

		require.ErrorContains(t, err, "set TEMPORAL_API_KEY")
		require.EqualValues(t, 1, calls.Load())
	})

	t.Run("hints at TLS when only we speak it", func(t *testing.T) {
		t.Parallel()
		on := true

		_, err := dial(t, temporalclient.Options{Address: serve(t, nil), TLS: temporalclient.TLS{Enabled: &on}, ConnectTimeout: time.Second})

		require.ErrorContains(t, err, "TEMPORAL_TLS")
	})

	t.Run("waits for a server that comes up within the patience", func(t *testing.T) {
		t.Parallel()
		var calls atomic.Int32
		address := serve(t, func(context.Context) error {
			if calls.Add(1) == 1 {
				return status.Error(codes.FailedPrecondition, "not ready")
			}
			return nil
		})

		_, err := dial(t, temporalclient.Options{Address: address, Patience: time.Minute})

		require.NoError(t, err)
		require.EqualValues(t, 2, calls.Load())
	})

	t.Run("ends with its context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		address := serve(t, func(ctx context.Context) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})

		_, err := temporalclient.Dial(ctx, temporalclient.Options{Address: address, DisableConfigFile: true, LookupEnv: environment()})

		require.ErrorIs(t, err, context.Canceled)
	})
}
