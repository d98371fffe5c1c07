package store_test

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
)

//go:embed testdata/migrations
var testdata embed.FS

const (
	tenant  = "0198c0de-0000-7000-8000-000000000001"
	another = "0198c0de-0000-7000-8000-000000000002"
)

func shelves(t *testing.T) store.Migrations {
	t.Helper()
	files, err := fs.Sub(testdata, "testdata")
	require.NoError(t, err)
	return store.Migrations{Domain: "shelves", Files: files}
}

type shelf struct {
	ID, Label, Facts string
	Open             bool
	MadeAt           time.Time
}

func scanShelf(row store.Row) (s shelf, err error) {
	return s, row.Scan(&s.ID, &s.Label, &s.Facts, &s.Open, store.At(&s.MadeAt))
}

func count(row store.Row) (n int, err error) { return n, row.Scan(&n) }

const (
	insertShelf = `INSERT INTO shelf (tenant_id, shelf_id, label, facts, open, made_at) VALUES ($1, $2, $3, $4, $5, $6)`
	selectShelf = `SELECT shelf_id, label, facts, open, made_at FROM shelf WHERE tenant_id = $1`
	countShelf  = `SELECT count(*) FROM shelf WHERE tenant_id = $1`
)

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		require.NoError(t, err)
		at := time.Date(2027, 3, 30, 10, 0, 0, 123456789, berlin)
		facts := json.RawMessage(`{"price": 4200}`)

		n, err := db.Tenant(tenant).Exec(t.Context(), insertShelf, "s1", "Tür", facts, false, at)

		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		got, err := store.One(t.Context(), db.Tenant(tenant), scanShelf, selectShelf)
		require.NoError(t, err)
		require.Equal(t, shelf{"s1", "Tür", string(facts), false, time.Date(2027, 3, 30, 8, 0, 0, 123456000, time.UTC)}, got)
		latest, err := store.One(t.Context(), db.Tenant(tenant), func(row store.Row) (at time.Time, err error) {
			return at, row.Scan(store.At(&at))
		}, `SELECT max(made_at) FROM shelf WHERE tenant_id = $1`)
		require.NoError(t, err)
		require.Equal(t, got.MadeAt, latest)
		price, err := store.One(t.Context(), db.Tenant(tenant), func(row store.Row) (price string, err error) {
			return price, row.Scan(&price)
		}, `SELECT facts->>'price' FROM shelf WHERE tenant_id = $1`)
		require.NoError(t, err)
		require.Equal(t, "4200", price)
	}, shelves(t))
}

func TestTheZeroInstantIsNull(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := db.Tenant(tenant).Exec(t.Context(), insertShelf, "s1", "a", "{}", true, time.Time{})
		require.NoError(t, err)

		got, err := store.All(t.Context(), db.Tenant(tenant), scanShelf, selectShelf+` AND made_at IS NULL`)

		require.NoError(t, err)
		require.Len(t, got, 1)
		require.True(t, got[0].MadeAt.IsZero())
	}, shelves(t))
}

func TestATenantSeesItsOwnRowsOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := db.Tenant(tenant).Exec(t.Context(), insertShelf, "s1", "a", "{}", true, time.Time{})
		require.NoError(t, err)

		_, err = store.One(t.Context(), db.Tenant(another), scanShelf, selectShelf)
		require.ErrorIs(t, err, store.ErrNotFound)

		all, err := store.One(t.Context(), db.AllTenants(), count, `SELECT count(*) FROM shelf`)
		require.NoError(t, err)
		require.Equal(t, 1, all)
		_, err = db.Tenant(tenant).Exec(t.Context(), `DELETE FROM shelf`)
		require.ErrorContains(t, err, "does not name tenant_id")
		_, err = db.Tenant("salon").Exec(t.Context(), insertShelf, "s2", "b", "{}", true, time.Time{})
		require.ErrorContains(t, err, "not a UUID")
	}, shelves(t))
}

func TestViolationsAreAlike(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		scope := db.Tenant(tenant)
		violate := func(kind error, name, query string, args ...any) {
			t.Helper()
			_, err := scope.Exec(t.Context(), query, args...)
			require.ErrorIs(t, err, kind)
			violation, ok := errors.AsType[*store.Violation](err)
			require.True(t, ok)
			require.Equal(t, name, violation.Name)
		}
		ten := time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC)
		const insertLease = `INSERT INTO lease (tenant_id, staff_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)`
		_, err := scope.Exec(t.Context(), insertShelf, "s1", "a", "{}", true, ten)
		require.NoError(t, err)
		_, err = scope.Exec(t.Context(), insertLease, "ada", ten, ten.Add(time.Hour))
		require.NoError(t, err)
		_, err = scope.Exec(t.Context(), insertLease, "ada", ten.Add(time.Hour), ten.Add(2*time.Hour))
		require.NoError(t, err, "what only touches does not overlap")
		_, err = scope.Exec(t.Context(), `INSERT INTO log_line (tenant_id, line) VALUES ($1, $2)`, "a")
		require.NoError(t, err)

		violate(store.ErrDuplicate, "shelf_pkey", insertShelf, "s1", "b", "{}", true, ten)
		violate(store.ErrDuplicate, "shelf_tenant_id_label_key", insertShelf, "s2", "a", "{}", true, ten)
		violate(store.ErrOverlap, "lease_no_overlap", insertLease, "ada", ten.Add(30*time.Minute), ten.Add(90*time.Minute))
		violate(store.ErrAppendOnly, "log_line", `DELETE FROM log_line WHERE tenant_id = $1`)
	}, shelves(t))
}

func TestATransactionEndsAsAWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		scope := db.Tenant(tenant)
		stop := errors.New("changed my mind")

		err := scope.InTx(t.Context(), func(tx store.Scope) error {
			_, err := tx.Exec(t.Context(), insertShelf, "s1", "a", "{}", true, time.Time{})
			return errors.Join(err, stop)
		})

		require.ErrorIs(t, err, stop)
		n, err := store.One(t.Context(), scope, count, countShelf)
		require.NoError(t, err)
		require.Zero(t, n)
		require.NoError(t, scope.InTx(t.Context(), func(tx store.Scope) error {
			return tx.InTx(t.Context(), func(tx store.Scope) error {
				_, err := tx.Exec(t.Context(), insertShelf, "s1", "a", "{}", true, time.Time{})
				return err
			})
		}))
		n, err = store.One(t.Context(), scope, count, countShelf)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}, shelves(t))
}

func TestWritersThatReadFirstLoseNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const writers, rounds = 4, 10
		scope := db.Tenant(tenant)
		_, err := scope.Exec(t.Context(), insertShelf, "s1", "0", "{}", true, time.Time{})
		require.NoError(t, err)

		var wait sync.WaitGroup
		for range writers {
			wait.Go(func() {
				for range rounds {
					err := scope.InTx(t.Context(), func(tx store.Scope) error {
						// The way to lock a row in one text for both: write it, and read what it was.
						n, err := store.One(t.Context(), tx, count,
							`UPDATE shelf SET open = open WHERE tenant_id = $1 RETURNING CAST(label AS integer)`)
						if err != nil {
							return err
						}
						_, err = tx.Exec(t.Context(), `UPDATE shelf SET label = $2 WHERE tenant_id = $1`, strconv.Itoa(n+1))
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()

		n, err := store.One(t.Context(), scope, count, `SELECT CAST(label AS integer) FROM shelf WHERE tenant_id = $1`)
		require.NoError(t, err)
		require.Equal(t, writers*rounds, n)
	}, shelves(t))
}

func TestSeveralMigrateAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, config store.Config) {
		const starters = 5

		var wait sync.WaitGroup
		for range starters {
			wait.Go(func() {
				db := store.New(config, []store.Migrations{shelves(t)}, slog.New(slog.DiscardHandler))
				if err := errors.Join(db.Open(t.Context()), db.Open(t.Context()), db.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()

		storetest.Open(t, config, shelves(t))
	})
}

func TestABrokenMigrationSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	config := store.Config{Config: local.Config{DataDir: t.TempDir()}}
	files := os.DirFS(filepath.Join("testdata", "broken"))

	err := store.New(config, []store.Migrations{{Domain: "broken", Files: files}}, slog.New(slog.DiscardHandler)).Open(t.Context())

	require.ErrorContains(t, err, "migrate broken: ")
}

func TestNothingIsOpenedBeforeTheStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	config := store.Config{Config: local.Config{DataDir: dir}}

	db := store.New(config, nil, slog.New(slog.DiscardHandler))
	_, err := db.Tenant(tenant).Exec(t.Context(), `DELETE FROM shelf WHERE tenant_id = $1`)

	require.ErrorIs(t, err, store.ErrNotOpen)
	require.NoDirExists(t, dir)
	require.NoError(t, db.Close())
}

func TestModuleOpensAndCloses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	t.Setenv("HERALD_DATA_DIR", dir)
	t.Setenv("DATABASE_URL", "")
	var db *store.DB
	app := fxtest.New(t, store.Module, fx.Supply(slog.New(slog.DiscardHandler)),
		store.Contribute(shelves(t)), fx.Populate(&db))
	require.NoDirExists(t, dir)

	app.RequireStart()

	n, err := store.One(t.Context(), db.Tenant(tenant), count, countShelf)
	require.NoError(t, err)
	require.Zero(t, n)
	require.FileExists(t, filepath.Join(dir, "herald.db"))
	app.RequireStop()
	_, err = store.One(t.Context(), db.Tenant(tenant), count, countShelf)
	require.ErrorIs(t, err, store.ErrNotOpen)
}
