// Package storetest runs a test on every database that the store knows.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/domains/internal/store"
)

// Each runs the test once on SQLite and once on PostgreSQL, both empty but for the
// given migrations. PostgreSQL is the one at TEST_DATABASE_URL, or else the one
// that is installed on this machine, started for the run. Where there is none the
// test is skipped, and fails if CI is true.
func Each(t *testing.T, test func(t *testing.T, db *store.DB), migrations ...store.Migrations) {
	t.Helper()
	EachConfig(t, func(t *testing.T, config store.Config) {
		t.Helper()
		if config.DatabaseURL == "" {
			copyMigrated(t, config, migrations)
		}
		test(t, Open(t, config, migrations...))
	})
}

// EachConfig is [Each] for a test that opens the database by itself.
func EachConfig(t *testing.T, test func(t *testing.T, config store.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, store.Config{Config: local.Config{DataDir: t.TempDir()}})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, store.Config{Config: local.Config{DataDir: t.TempDir()}, DatabaseURL: Postgres(t)})
	})
}

// Open returns the opened database, and closes it after the test.
func Open(t *testing.T, config store.Config, migrations ...store.Migrations) *store.DB {
	t.Helper()
	db := store.New(config, migrations, slog.New(slog.DiscardHandler))
	require.NoError(t, db.Open(t.Context()))
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// migrated are the files of empty databases, by the domains that have their tables
// in them: to copy one is much quicker than to migrate anew for every test.
var migrated sync.Map

func copyMigrated(t *testing.T, config store.Config, migrations []store.Migrations) {
	t.Helper()
	var names []string
	for _, m := range migrations {
		names = append(names, m.Domain)
	}
	migrate, _ := migrated.LoadOrStore(strings.Join(names, " "), sync.OnceValues(func() ([]byte, error) {
		config := store.Config{Config: local.Config{DataDir: t.TempDir()}}
		db := store.New(config, migrations, slog.New(slog.DiscardHandler))
		if err := errors.Join(db.Open(t.Context()), db.Close()); err != nil {
			return nil, err
		}
		return os.ReadFile(config.Path())
	}))
	file, err := migrate.(func() ([]byte, error))()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(config.Path(), file, 0o600))
}

// SQLite returns an opened database in a temporary file, for tests of what does
// not depend on the dialect.
func SQLite(t *testing.T, migrations ...store.Migrations) *store.DB {
	t.Helper()
	config := store.Config{Config: local.Config{DataDir: t.TempDir()}}
	copyMigrated(t, config, migrations)
	return Open(t, config, migrations...)
}

// Dump writes out all rows of all tables, but for those that remember migrations,
// in an order that depends on nothing but the rows.
func Dump(t *testing.T, db *store.DB) string {
	t.Helper()
	tables := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if db.Dialect() == store.Postgres {
		tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	names, err := store.All(t.Context(), db.AllTenants(), text, tables)
	require.NoError(t, err)
	slices.Sort(names)
	var out strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_migrations") {
			continue
		}
		rows, err := store.All(t.Context(), db.AllTenants(), columns, `SELECT * FROM "`+name+`"`)
		require.NoError(t, err)
		slices.Sort(rows)
		fmt.Fprintf(&out, "%s\n", name)
		for _, row := range rows {
			fmt.Fprintf(&out, "\t%s\n", row)
		}
	}
	return out.String()
}

func text(row store.Row) (s string, err error) { return s, row.Scan(&s) }

// columns reads a row of any table.
func columns(row store.Row) (string, error) {
	rows, ok := row.(*sql.Rows)
	if !ok {
		return "", fmt.Errorf("%T is no row of a query", row)
	}
	names, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values := make([]any, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return "", err
	}
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = fmt.Sprintf("%s=%v", name, values[i])
		if raw, isBytes := values[i].([]byte); isBytes {
			parts[i] = fmt.Sprintf("%s=%x", name, raw)
		}
	}
	return strings.Join(parts, " "), nil
}

// Postgres makes an empty schema on the PostgreSQL server and returns an address
// that leads into it. Without a server it skips the test, or fails it, as [Each].
func Postgres(t *testing.T) string {
	t.Helper()
	address, err := server()
	if errors.Is(err, errNoServer) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	require.NoError(t, err)
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	execute(t.Context(), t, address, `CREATE SCHEMA `+name)
	t.Cleanup(func() {
		execute(context.WithoutCancel(t.Context()), t, address, `DROP SCHEMA `+name+` CASCADE`)
	})
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	query := parsed.Query()
	query.Set("search_path", name+",public")
	query.Set("timezone", "Asia/Kolkata") // whoever forgets UTC shall notice
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

func execute(ctx context.Context, t *testing.T, address, statement string) {
	t.Helper()
	admin, err := sql.Open("pgx", address)
	require.NoError(t, err)
	defer func() { require.NoError(t, admin.Close()) }()
	_, err = admin.ExecContext(ctx, statement)
	require.NoError(t, err)
}
