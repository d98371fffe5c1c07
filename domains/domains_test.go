package domains_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/availability"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventsfx"
)

var update = flag.Bool("update", false, "write the golden file of the choreography")

const golden = "testdata/choreography.golden"

// heardByAuditOnly are the types that nobody else listens to, on purpose.
var heardByAuditOnly = []string{
	"appointment.attention_required",
	"appointment.callback_assigned",
	"appointment.callback_escalated",
	"appointment.callback_overdue",
	"appointment.policy_violated",
	"appointment.reminder_due",
	"appointment.reschedule_requested",
	"appointment.series_planned",
	"appointment.started",
	"appointment.wish_matched",
	"audit.chain_broken",
	"customer.duplicate_suspected",
	"customer.erasure_requested",
	"customer.identified",
	"customer.phone_normalized",
}

// forThisProcess are the listeners that only concern what a process has cached, or
// runs.
var forThisProcess = []string{"appointments.watch-callback", "availability.drop-cached-days", "availability.warm-days", "availability.warm-up-slots"}

// environment gives all domains folders of their own, and returns the data folder.
func environment(t *testing.T, databaseURL string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	for name, value := range map[string]string{
		"HERALD_DATA_DIR": dir, "DATABASE_URL": databaseURL, "HERALD_OUTBOX_DIR": "", "HERALD_SMTP_ADDR": "",
		"HERALD_CALENDAR_URL": "", "HERALD_CALENDAR_DIR": "",
	} {
		t.Setenv(name, value)
	}
	return dir
}

// wire is an application of all domains, with what the test wants of it.
func wire(wants ...any) fx.Option {
	return fx.Options(domains.Module, eventsfx.Registry, fx.Supply(slog.New(slog.DiscardHandler)), fx.NopLogger, fx.Populate(wants...))
}

func TestTheWiringIsComplete(t *testing.T) {
	environment(t, "")

	require.NoError(t, fx.ValidateApp(wire(), fx.Invoke(func(*events.Registry) {})))
	require.NoError(t, domains.CheckEnvironment())
}

func TestNothingIsMadeBeforeTheStart(t *testing.T) {
	dir := environment(t, "")
	var registry *events.Registry

	app := fx.New(wire(&registry))

	require.NoError(t, app.Err())
	require.NotEmpty(t, registry.Names())
	require.NoDirExists(t, dir)
}

// TestChoreography compares who listens to what, in the order of delivery, with
// the reviewed file.
func TestChoreography(t *testing.T) {
	environment(t, "")
	var registry *events.Registry
	require.NoError(t, fx.New(wire(&registry)).Err())

	var b strings.Builder
	for _, name := range registry.TypeNames() {
		fmt.Fprintln(&b, name)
		for _, l := range registry.Listeners(name) {
			mode := "async"
			if l.IsSync() {
				mode = "sync "
			}
			fmt.Fprintf(&b, "\t%s %4d %s", mode, l.Priority(), l.Name())
			if emits := l.Emits(); len(emits) > 0 {
				fmt.Fprintf(&b, " -> %s", strings.Join(emits, ", "))
			}
			fmt.Fprintln(&b)
		}
		onlyAudit := len(registry.Listeners(name)) == 1
		require.Equal(t, slices.Contains(heardByAuditOnly, name), onlyAudit, "%s: does anybody listen to it?", name)
	}

	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "the choreography changed: go test ./domains -update, and have it reviewed")
}

// TestEveryListenerHasItsEffectOnce delivers an event of each type twice to each
// of its listeners, and compares the tables, the files and what is emitted.
func TestEveryListenerHasItsEffectOnce(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { everyListenerTwice(t, environment(t, "")) })
	t.Run("postgres", func(t *testing.T) { everyListenerTwice(t, environment(t, storetest.Postgres(t))) })
}

func everyListenerTwice(t *testing.T, dir string) {
	t.Helper()
	var registry *events.Registry
	var db *store.DB
	var free *availability.Service
	var bookings *appointments.Service
	app := fxtest.New(t, wire(&registry, &db, &free, &bookings))
	app.RequireStart()
	defer app.RequireStop()
	takeTime(t, db, free)
	seedAppointments(t, db, bookings)
	now := time.Date(2027, 3, 23, 9, 0, 0, 0, time.UTC)
	knowCustomers(t, db)
	before := state(t, db, dir)
	for _, name := range registry.TypeNames() {
		env := sample(t, name)
		for _, l := range registry.Listeners(name) {
			first, err := registry.Deliver(t.Context(), l.Name(), env, events.Run{Attempt: 1, Now: now})
			require.NoError(t, err, "%s on %s", l.Name(), name)
			once := state(t, db, dir)

			second, err := registry.Deliver(t.Context(), l.Name(), env, events.Run{Attempt: 2, Now: now.Add(time.Minute)})

			require.NoError(t, err, "%s on %s, again", l.Name(), name)
			require.Equal(t, first, second, "%s emits other events when it runs again", l.Name())
			require.Equal(t, once, state(t, db, dir), "%s has its effect twice", l.Name())
			require.True(t, before != once || len(first) > 0 || slices.Contains(forThisProcess, l.Name()), "%s does nothing about %s: change the sample", l.Name(), name)
			before = once
		}
	}
}

// knowCustomers adds the customers whose appointments the samples are about.
func knowCustomers(t *testing.T, db *store.DB) {
	t.Helper()
	for _, id := range []string{"customer-7", "01980000-0000-7000-8000-000000000004"} {
		_, err := db.Tenant(sampleTenant).Exec(t.Context(), `INSERT INTO customer
			(tenant_id, customer_id, creation_key, display_name, status, source, language, created_at)
			VALUES ($1, $2, $2, 'Ada Lovelace', 'active', 'staff', 'de', $3)`, id, time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
		require.NoError(t, err)
	}
	for _, statement := range []string{ // and a contact, and a placeholder that has called
		`INSERT INTO contact_point (tenant_id, contact_id, customer_id, kind, value, folded, role, is_primary, state, created_at)
			VALUES ($1, 'contact-7', 'customer-7', 'email', 'ada@kunde.example', 'ada@kunde.example', 'owner', TRUE, 'ok', $2)`,
		`INSERT INTO customer (tenant_id, customer_id, creation_key, display_name, status, source, language, created_at)
			VALUES ($1, 'placeholder', 'placeholder', 'Unbekannt #1', 'pending_verification', 'import', 'de', $2)`,
		`INSERT INTO call_identity (tenant_id, call_id, customer_id, answer, at) VALUES ($1, 'of call.analyzed', 'placeholder', 'one', $2)`,
	} {
		_, err := db.Tenant(sampleTenant).Exec(t.Context(), statement, time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
		require.NoError(t, err)
	}
}

// sample returns the reviewed event of a type, about an appointment that no other
// sample is about, and such that every listener has something to do.
func sample(t *testing.T, name string) events.Envelope {
	t.Helper()
	paths, err := filepath.Glob("../events/testdata/wire/" + name + ".v*.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths, name)
	raw, err := os.ReadFile(slices.Max(paths))
	require.NoError(t, err)
	var env events.Envelope
	require.NoError(t, json.Unmarshal(raw, &env))
	env.ID = events.DerivedID(env.ID, name, 0)
	var data map[string]any
	require.NoError(t, json.Unmarshal(env.Data, &data))
	delete(data, "series_id")
	if _, ok := data["appointment_id"]; ok {
		data["appointment_id"] = "of " + name
		env.Subject = "of " + name
	}
	if strings.HasPrefix(name, "call.") {
		data["call_id"] = "of " + name
		env.Subject = "of " + name
	}
	if strings.HasPrefix(name, "calendar.") {
		ofTheSalon(data)
		if _, ok := data["uid"]; ok {
			data["uid"] = "of " + name
		}
	}
	switch name {
	case "call.failed": // at a branch that there is
		data["branch_id"] = sampleBranch
	case "call.ended": // and nothing is booked
		data["open_booking"] = false
	case "availability.slot_released": // of a service that is in the catalogue
		data["service_id"] = sampleService
	case "customer.erased": // nobody is told of again
		data["customer_id"] = "of customer.erased"
		env.Subject = "of customer.erased"
	case "customer.updated": // later than customer.created
		data["version"] = 8
	}
	env.Data, err = json.Marshal(data)
	require.NoError(t, err)
	return env
}

// ofTheSalon has an event of a calendar be about a host and a service that are known.
func ofTheSalon(data map[string]any) {
	for field, id := range map[string]any{"branch_id": sampleBranch, "service_id": sampleService, "staff_id": sampleStaff, "staff_ids": []string{sampleStaff}} {
		if _, ok := data[field]; ok {
			data[field] = id
		}
	}
	delete(data, "previous_staff_id")
	if _, made := data["idempotency_key"]; made {
		delete(data, "appointment_id") // that is still to come of it
	}
}

// uncounted leaves out of a row how often what is known of a day or a person was
// written: that may rise for nothing, but never stay for something.
func uncounted(row string) string {
	at := strings.Index(row, " version=")
	if at < 0 || !strings.Contains(row[:at], "date=") && !strings.Contains(row[:at], "synced_at=") {
		return row
	}
	rest := row[at+1:]
	return row[:at] + rest[strings.IndexAny(rest, " \n"):]
}

// state is everything that the listeners have written.
func state(t *testing.T, db *store.DB, dir string) string {
	t.Helper()
	var b strings.Builder
	for row := range strings.Lines(storetest.Dump(t, db)) {
		b.WriteString(uncounted(row))
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // nobody has written a file yet
		}
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), "herald.db") {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %s\n", path, content)
		return err
	})
	require.NoError(t, err)
	return b.String()
}
