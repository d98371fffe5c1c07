package analytics_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/figures"
)

// TestANA7_FactsAreMadeOfWhatIsDeclared delivers each reviewed event as it is, and
// with nothing but the fields that are declared: the facts are the same.
func TestANA7_FactsAreMadeOfWhatIsDeclared(t *testing.T) {
	t.Parallel()
	listened := map[string]bool{}
	for _, l := range analytics.Listeners(nil) {
		listened[l.Event()] = true
		require.Contains(t, analytics.Needs, l.Event())
	}
	for name, needs := range analytics.Needs {
		require.True(t, listened[name], name)
		raw, err := os.ReadFile(filepath.Join("../../events/testdata/wire", name+".v1.json"))
		require.NoError(t, err)
		var whole events.Envelope
		require.NoError(t, json.Unmarshal(raw, &whole))
		bare := whole
		var data map[string]any
		require.NoError(t, json.Unmarshal(whole.Data, &data))
		bare.Data, err = json.Marshal(only(data, "", needs))
		require.NoError(t, err)
		var dumps []string
		for _, env := range []events.Envelope{whole, bare} {
			db := storetest.SQLite(t, analytics.Migrations, tenancy.Migrations)
			deliver(t, db, env)
			dumps = append(dumps, storetest.Dump(t, db))
		}
		require.Equal(t, dumps[0], dumps[1], "%s needs more than %q", name, needs)
	}
}

// only returns the members of object, which is at path, that lead to the fields.
func only(object map[string]any, path string, fields []string) map[string]any {
	kept := map[string]any{}
	for name, value := range object {
		for _, field := range fields {
			inner, isObject := value.(map[string]any)
			switch {
			case field == path+name:
				kept[name] = value
			case isObject && strings.HasPrefix(field, path+name+"."):
				kept[name] = only(inner, path+name+".", fields)
			}
		}
	}
	return kept
}

func TestEverythingAboutOneCustomerAtTheSameTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		var all []events.Envelope
		for n := range 12 {
			r := visit(n)
			r.CustomerID = []string{"c1", "c2"}[n%2]
			all = append(all, booking(t, r, n), cancelledOf(t, n, 100+n))
		}
		all = append(all, sealed(t, customer.Merged{MergeID: "m1", PrimaryID: "c1", DuplicateID: "c2", By: "staff"}, starts, 50))
		facts := analytics.NewFacts(db)

		var wait sync.WaitGroup
		for _, env := range all {
			wait.Go(func() {
				if err := tryDeliver(t.Context(), facts, env); err != nil {
					t.Error(err)
				}
				if _, err := facts.Recompute(t.Context(), tenant); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()

		require.Equal(t, []figures.Row{{Sum: 1, Of: 12}}, report(t, facts, "first_visits", ""))
		require.Equal(t, []figures.Row{{Sum: 12, Of: 12}}, report(t, facts, "cancellation_rate", ""))
	})
}

// cancelledOf is the cancellation of the n-th appointment.
func cancelledOf(t *testing.T, n, id int) events.Envelope {
	t.Helper()
	env := cancelled(t, booked.Add(time.Hour), id)
	var data map[string]any
	require.NoError(t, json.Unmarshal(env.Data, &data))
	r := visit(n)
	data["appointment_id"], data["branch_id"], data["customer_id"] = r.AppointmentID, r.BranchID, []string{"c1", "c2"}[n%2]
	raw, err := json.Marshal(data)
	require.NoError(t, err)
	env.Data, env.Subject = raw, r.AppointmentID
	return env
}
