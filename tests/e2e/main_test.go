// Package e2e proves the whole system on the real embedded server, with the real
// worker and starter as processes of their own.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/tests/sandbox/calendar"
	"github.com/herald-bus/herald/workflows"
)

var binaries struct{ devserver, worker, starter string }

// shared is the system that most tests use together.
var shared *system

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("e2e: skipped, -short is set; make e2e runs them")
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctx := context.Background()
	err := build(ctx)
	if err == nil {
		var dir string
		if dir, err = os.MkdirTemp("", "herald-e2e-"); err == nil {
			defer os.RemoveAll(dir)
			shared, err = startSystem(ctx, dir, "")
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer shared.stop()
	return m.Run()
}

func build(ctx context.Context) (err error) {
	if binaries.devserver, err = harness.BuildDevserver(ctx, os.Stderr); err != nil {
		return err
	}
	if binaries.worker, err = harness.Build(ctx, "worker"); err != nil {
		return err
	}
	binaries.starter, err = harness.Build(ctx, "starter")
	return err
}

// system is a server, a worker and a calendar vendor.
type system struct {
	dir       string
	db        string
	port      int
	server    *harness.Server
	worker    *harness.Process
	vendor    *httptest.Server
	publisher *workflows.Publisher
	log       *workflows.Log
	close     func()
}

// startSystem starts a system whose files are in dir; the server's database is
// in memory if db is empty.
func startSystem(ctx context.Context, dir, db string) (*system, error) {
	s := &system{dir: dir, db: db, vendor: httptest.NewServer(calendar.New())}
	if err := s.startServer(ctx); err != nil {
		return nil, err
	}
	if err := s.startWorker(ctx); err != nil {
		return nil, err
	}
	connection, err := temporalclient.Dial(ctx, temporalclient.Options{
		Address: s.server.Address, Namespace: s.server.Namespace,
		DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor())},
	})
	if err != nil {
		return nil, err
	}
	config := workflows.Config{Namespace: connection.Namespace}
	s.publisher, s.log = workflows.NewPublisher(connection.Client, config), workflows.NewLog(connection.Client, config)
	s.close = connection.Client.Close
	return s, nil
}

func (s *system) startServer(ctx context.Context) (err error) {
	s.server, err = harness.StartServer(ctx, binaries.devserver, harness.ServerOptions{DB: s.db, Port: s.port})
	if err == nil && s.port == 0 {
		_, err = fmt.Sscanf(s.server.Address, "127.0.0.1:%d", &s.port)
	}
	return err
}

func (s *system) startWorker(ctx context.Context) (err error) {
	s.worker, err = s.server.StartWorker(ctx, binaries.worker, nil, "HERALD_DATA_DIR="+s.dir, "HERALD_CALENDAR_URL="+s.vendor.URL)
	return err
}

func (s *system) stop() {
	s.close()
	if err := s.worker.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: stop worker:", err, s.worker.Output())
	}
	if err := s.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: stop server:", err)
	}
	s.vendor.Close()
}

// fail has the vendor fail for a booking; -1 times is for ever.
func (s *system) fail(t *testing.T, booking string, times, status int) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"booking": booking, "times": times, "status": status})
	require.NoError(t, err)
	response, err := http.Post(s.vendor.URL+"/faults", "application/json", bytes.NewReader(body)) //nolint:noctx // loopback
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Less(t, response.StatusCode, 300)
}

// settled waits until the event is delivered or has failed.
func (s *system) settled(t *testing.T, eventID string) workflows.Story {
	t.Helper()
	var story workflows.Story
	await(t, func() (bool, error) {
		var err error
		story, err = s.log.Describe(t.Context(), eventID)
		return err == nil && (story.Status == events.Delivered || story.Status == events.Failed), err
	})
	return story
}

// await polls until the condition holds, or fails the test.
func await(t *testing.T, condition func() (bool, error)) {
	t.Helper()
	const patience = 90 * time.Second
	err := harness.Await(t.Context(), patience, func(context.Context) (bool, error) {
		ok, err := condition()
		if ok {
			return true, nil
		}
		return false, err
	})
	require.NoError(t, err, "it did not come about within %s", patience)
}

// starter runs the command line and returns what it printed and its exit code.
func (s *system) starter(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binaries.starter, args...)
	cmd.Env = s.server.Environ()
	cmd.Stdin = bytes.NewBufferString(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

const tenant = "6f1c2c5e-6a38-5e0b-8f0a-3c1a8a3f9d10"

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// booking is an appointment with the given id.
func booking(appointmentID string) appointment.Created {
	starts := time.Now().Add(7 * 24 * time.Hour).UTC().Truncate(time.Minute)
	return appointment.Created{
		Ref: appointment.Ref{
			AppointmentID: appointmentID, Version: 1, BranchID: newID(), ServiceID: newID(), CustomerID: newID(),
			StaffIDs: []string{newID()}, StartsAt: starts, EndsAt: starts.Add(30 * time.Minute), Zone: "Europe/Berlin",
			Status: appointment.Confirmed, Origin: appointment.Web,
			Display:         appointment.Display{ServiceName: "Beratung", StaffNames: []string{"Jonas Federlein"}, BranchName: "Probe", BranchAddress: "Probeweg 1, 10115 Berlin", BranchPhone: "+493023125100", BranchEmail: "probe@flaumfeder.example"},
			ContactOverride: &appointment.ContactOverride{Email: "karl@muster.example"},
		},
		Phases: []appointment.Phase{}, Price: appointment.Money{Currency: "EUR"}, CalendarState: "pending",
		IdempotencyKey: appointmentID, Notify: true,
	}
}

// publish publishes an event of the test tenant.
func (s *system) publish(t *testing.T, e events.Event, options ...events.Option) events.Receipt {
	t.Helper()
	receipt, err := s.publisher.Publish(t.Context(), e, append([]events.Option{events.Tenant(tenant)}, options...)...)
	require.NoError(t, err)
	return receipt
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}
