package domains_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventsfx"
)

var update = flag.Bool("update", false, "write the golden file of the choreography")

const golden = "testdata/choreography.golden"

// start wires all domains over a database and folders of their own.
func start(t *testing.T) (*events.Registry, string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HERALD_DATA_DIR", dir)
	t.Setenv("DATABASE_URL", "")
	t.Setenv("HERALD_CALENDAR_URL", "")
	var registry *events.Registry
	app := fxtest.New(t, domains.Module, eventsfx.Registry, fx.Supply(slog.New(slog.DiscardHandler)), fx.Populate(&registry), fx.NopLogger)
	app.RequireStart()
	t.Cleanup(app.RequireStop)
	return registry, dir
}

// TestChoreography compares who listens to what, in the order of delivery, with
// the reviewed file.
func TestChoreography(t *testing.T) {
	registry, _ := start(t)
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
	}
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "the choreography changed: go test ./domains -update, and have it reviewed")
}

// TestEveryListenerHasItsEffectOnce delivers the event of every wire golden twice
// to each of its listeners and compares files and tables.
func TestEveryListenerHasItsEffectOnce(t *testing.T) {
	registry, dir := start(t)
	now := time.Date(2027, 3, 23, 9, 0, 0, 0, time.UTC)
	effects := 0
	for _, name := range registry.TypeNames() {
		env := goldenEvent(t, name)
		for _, l := range registry.Listeners(name) {
			before := state(t, dir)
			first, err := registry.Deliver(context.Background(), l.Name(), env, events.Run{Attempt: 1, Now: now})
			require.NoError(t, err, "%s on %s", l.Name(), name)
			once := state(t, dir)
			second, err := registry.Deliver(context.Background(), l.Name(), env, events.Run{Attempt: 2, Now: now})
			require.NoError(t, err)
			require.Equal(t, first, second, "%s emits other events when it runs again", l.Name())
			require.Equal(t, once, state(t, dir), "%s has its effect twice", l.Name())
			if before != once || len(first) > 0 {
				effects++
			}
		}
	}
	require.Greater(t, effects, 5, "the listeners did something at all")
}

func goldenEvent(t *testing.T, name string) events.Envelope {
	t.Helper()
	paths, err := filepath.Glob("../events/testdata/wire/" + name + ".v*.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths, name)
	data, err := os.ReadFile(paths[len(paths)-1])
	require.NoError(t, err)
	var env events.Envelope
	require.NoError(t, json.Unmarshal(data, &env))
	env.ID = events.DerivedID(env.ID, name, 0) // the samples may share one
	return env
}

// state is everything that the listeners have written.
func state(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(path, "herald.db") {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %s\n", path, content)
		return err
	}))
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "herald.db"))
	require.NoError(t, err)
	defer db.Close()
	for _, table := range []string{"audit_entry", "fact"} {
		rows, err := db.Query("SELECT * FROM " + table + " ORDER BY 1, 2, 3")
		require.NoError(t, err)
		columns, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			require.NoError(t, rows.Scan(values...))
			for _, v := range values {
				fmt.Fprintf(&b, "%v|", *v.(*any))
			}
			fmt.Fprintln(&b, table)
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return b.String()
}
