// Package booking proves bookings on the real embedded server, with real workers
// that die, and on both databases.
package booking

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/tests/sandbox/calendar"
	"github.com/herald-bus/herald/workflows"
)

// binaries are the programs; mortal is a worker that dies where it is told to.
var binaries struct{ devserver, worker, mortal string }

// server is shared by all tests: each salon has a task queue and a tenant of its own.
var server *harness.Server

var connection *temporalclient.Connection

// atOnce is how many parallel tests run: they mostly wait for processes.
const atOnce = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("booking: skipped, -short is set; make e2e runs them")
		return
	}
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if err := begin(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "booking:", err)
		return 1
	}
	defer func() {
		connection.Client.Close()
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "booking: stop server:", err)
		}
	}()
	return m.Run()
}

func begin(ctx context.Context) (err error) {
	if binaries.devserver, err = harness.BuildDevserver(ctx, os.Stderr); err != nil {
		return err
	}
	if binaries.worker, err = harness.Build(ctx, "worker"); err != nil {
		return err
	}
	if binaries.mortal, err = harness.Build(ctx, "worker", "-tags", "chaos"); err != nil {
		return err
	}
	if server, err = harness.StartServer(ctx, binaries.devserver, harness.ServerOptions{}); err != nil {
		return err
	}
	connection, err = temporalclient.Dial(ctx, temporalclient.Options{
		Address: server.Address, Namespace: server.Namespace,
		DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor())},
	})
	if err != nil {
		return err
	}
	_, err = connection.AddSearchAttributes(ctx, workflows.SearchAttributes())
	return err
}

// A salon is the demo's business with a tenant, a database and a calendar of its own.
type salon struct {
	tenant string
	dir    string
	vendor *httptest.Server
	env    []string // of its workers
	queue  string
}

// newSalon returns a salon on the database at the given address, or on a file. Its
// workers' task queue is its own.
func newSalon(t *testing.T, database string) *salon {
	t.Helper()
	s := &salon{tenant: newID(), dir: t.TempDir(), vendor: httptest.NewServer(calendar.New()), queue: "booking-" + newID()}
	t.Cleanup(s.vendor.Close)
	s.env = []string{"HERALD_DATA_DIR=" + s.dir, "DATABASE_URL=" + database, "HERALD_CALENDAR_URL=" + s.vendor.URL, "HERALD_LOG_LEVEL=warn", "HERALD_RETRY_INITIAL_INTERVAL=1s"}
	return s
}

// on returns the same salon with another task queue: workers of its own.
func (s *salon) on(queue string) *salon {
	other := *s
	other.queue = queue
	return &other
}

// worker starts a worker of the salon and stops it after the test.
func (s *salon) worker(t *testing.T, binary string, env ...string) *harness.Process {
	t.Helper()
	env = append(append([]string{"HERALD_TASK_QUEUE=" + s.queue}, s.env...), env...)
	p, err := server.StartWorker(t.Context(), binary, nil, env...)
	require.NoError(t, err)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("the end of a worker's log:\n%s", p.Output())
		}
	})
	return p
}

func (s *salon) config() workflows.Config {
	return workflows.Config{Namespace: connection.Namespace, TaskQueue: s.queue}
}

func (s *salon) desk() *workflows.Appointments {
	return workflows.NewAppointments(connection.Client, s.config())
}

func (s *salon) cause() workflows.Cause {
	return workflows.Cause{TenantID: s.tenant, CorrelationID: newID(), CausedBy: "test"}
}

// ask runs a single step.
func ask[R any](t *testing.T, s *salon, step string, request any) (answer R) {
	t.Helper()
	q := workflows.StepRequest[any]{Cause: s.cause(), Subject: newID(), Request: request}
	require.NoError(t, workflows.NewSteps(connection.Client, s.config()).Ask(t.Context(), step, q, &answer))
	return answer
}

func (s *salon) seed(t *testing.T) {
	t.Helper()
	ask[struct{}](t, s, workflows.StepSeed, struct{}{})
}

func (s *salon) list(t *testing.T, q appointment.ListQuery) []appointment.Listed {
	t.Helper()
	const most = 1000
	q.Limit = most
	return ask[[]appointment.Listed](t, s, workflows.StepList, q)
}

// free returns the free starts of a service with somebody, that do not overlap.
func (s *salon) free(t *testing.T, service, staff string, from time.Time, days int) (free []availability.Slot) {
	t.Helper()
	slots := ask[appointment.Slots](t, s, workflows.StepFreeSlots, appointment.SlotsQuery{
		BranchID: domains.DemoID("berlin"), ServiceID: domains.DemoID(service), StaffID: domains.DemoID(staff),
		From: from, Until: from.AddDate(0, 0, days), By: web,
	})
	for _, slot := range slots.Slots {
		if len(free) == 0 || !slot.StartsAt.Before(free[len(free)-1].EndsAt) {
			free = append(free, slot)
		}
	}
	return free
}

var web = appointment.By{Origin: appointment.Web, Role: appointment.CustomerRole}

// booking asks for a service with somebody. Each i is another customer, with a number
// from a range that is kept free for films.
func (s *salon) booking(service, staff string, at time.Time, i int) workflows.BookCommand {
	key, mail := newID(), fmt.Sprintf("anrufer-%d@probe.example", i)
	phone := fmt.Sprintf("+4930231252%02d", i)
	if i >= 100 {
		phone = fmt.Sprintf("+4930231253%02d", i-100)
	}
	return workflows.BookCommand{
		Cause: s.cause(),
		Booking: appointment.BookRequest{
			Key: key, By: web, BranchID: domains.DemoID("berlin"), ServiceID: domains.DemoID(service),
			StaffID: domains.DemoID(staff), StartsAt: at, CallerPhone: phone,
			ContactOverride: &appointment.ContactOverride{Email: mail},
		},
		Who: customer.Query{
			Key: key, Origin: appointment.Web, Region: "DE",
			Said: customer.Said{Name: name(i), Phone: phone, Email: mail},
		},
		Wait: workflows.ChannelWait(web.Origin),
	}
}

// name makes names that nobody takes for each other.
func name(i int) string {
	first := []string{"Anton", "Berta", "Cäsar", "Dora", "Emil", "Friedrich", "Gustav", "Heinrich", "Ida", "Julius", "Kaufmann", "Ludwig", "Martha", "Nordpol"}
	last := []string{"Otto", "Paula", "Quelle", "Richard", "Samuel", "Theodor", "Ulrich", "Viktor", "Wilhelm", "Xanthippe", "Ypsilon", "Zacharias", "Schule", "Ärger", "Ökonom"}
	return first[i%len(first)] + " " + last[i/len(first)%len(last)]
}

// settled asks with the same key until the booking is no longer at work.
func (s *salon) settled(t *testing.T, c workflows.BookCommand) (answer workflows.BookingAnswer) {
	t.Helper()
	await(t, func() (bool, error) {
		var err error
		answer, err = s.desk().Book(t.Context(), c)
		return err == nil && answer.State != workflows.Processing, err
	})
	return answer
}

// types returns the event types of a correlation id, once all are delivered.
func (s *salon) types(t *testing.T, correlation string, until func(types map[string]int) bool) (types map[string]int) {
	t.Helper()
	log := workflows.NewLog(connection.Client, s.config())
	await(t, func() (bool, error) {
		const page = 200
		records, _, err := log.List(t.Context(), workflows.Filter{CorrelationID: correlation}, page, nil)
		types = map[string]int{}
		for _, r := range records {
			types[r.Type]++
			if r.ClosedAt.IsZero() {
				return false, fmt.Errorf("%s is being delivered", r.Type)
			}
		}
		if err == nil && !until(types) {
			err = fmt.Errorf("so far %v", types)
		}
		return err == nil, err
	})
	return types
}

// shown returns the bookings that the calendar shows, by id.
func (s *salon) shown(t *testing.T) map[string]int {
	t.Helper()
	response, err := http.Get(s.vendor.URL + "/bookings") //nolint:noctx // loopback
	require.NoError(t, err)
	defer response.Body.Close()
	var bookings []struct {
		ID string `json:"id"`
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&bookings))
	shown := map[string]int{}
	for _, b := range bookings {
		shown[b.ID]++
	}
	return shown
}

// mails is the number of letters in the outbox.
func (s *salon) mails(t *testing.T) int {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.dir, "outbox", "*.eml"))
	require.NoError(t, err)
	return len(paths)
}

// patience is for what has to come about by itself, on a machine with other work.
const patience = 2 * time.Minute

// await polls until the condition holds, or fails the test.
func await(t *testing.T, condition func() (bool, error)) {
	t.Helper()
	err := harness.Await(t.Context(), patience, func(context.Context) (bool, error) {
		ok, err := condition()
		if ok {
			return true, nil
		}
		return false, err
	})
	require.NoError(t, err, "it did not come about within %s", patience)
}

// far is a Tuesday some weeks ahead, at midnight.
func far() time.Time {
	const weeks = 8
	day := time.Now().UTC().AddDate(0, 0, weeks).Truncate(24 * time.Hour)
	for day.Weekday() != time.Tuesday {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
