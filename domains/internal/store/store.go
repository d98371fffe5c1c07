package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	_ "modernc.org/sqlite"             // the driver sqlite

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/events"
)

// Config says which database it is.
type Config struct {
	local.Config
	// DatabaseURL is the address of a PostgreSQL database, as libpq writes it.
	// Without one the database is the file herald.db in the data folder.
	DatabaseURL string `env:"DATABASE_URL"`
	// Connections is how many connections to PostgreSQL one process has at most.
	Connections int `env:"HERALD_DATABASE_CONNECTIONS" envDefault:"20"`
}

// Path returns where the SQLite database is.
func (c Config) Path() string { return filepath.Join(c.DataDir, "herald.db") }

// Validate reports an address that no database can be at.
func (c Config) Validate() error {
	if c.Connections < 1 {
		return fmt.Errorf("HERALD_DATABASE_CONNECTIONS is %d: it must be at least 1", c.Connections)
	}
	if _, err := pgx.ParseConfig(c.DatabaseURL); c.DatabaseURL != "" && err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	return nil
}

// A Dialect is one of the databases that the store runs on.
type Dialect string

// The dialects. Each is also the name of a folder of migrations.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// ErrNotOpen means that the database is used before the application has started,
// or after it has stopped.
var ErrNotOpen = errors.New("store: the database is not open")

// A DB is the database of all domains. It is safe for concurrent use.
type DB struct {
	config     Config
	migrations []Migrations
	log        *slog.Logger

	mu  sync.RWMutex
	sql *sql.DB // nil until it is open
}

// New returns the database without opening it.
func New(config Config, migrations []Migrations, log *slog.Logger) *DB {
	return &DB{config: config, migrations: migrations, log: log}
}

// Dialect says which database it is.
func (db *DB) Dialect() Dialect {
	if db.config.DatabaseURL != "" {
		return Postgres
	}
	return SQLite
}

// path is the database file; SQLite only.

// Open connects, makes the file and its folder if need be, and applies the
// migrations that are missing while other processes that do the same wait.
func (db *DB) Open(ctx context.Context) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.sql != nil {
		return nil
	}
	pool, err := db.connect(ctx)
	if err != nil {
		return fmt.Errorf("store: open the %s database: %w", db.Dialect(), err)
	}
	if err := db.migrate(ctx, pool); err != nil {
		return errors.Join(fmt.Errorf("store: %w", err), pool.Close())
	}
	db.sql = pool
	return nil
}

// Close ends all connections.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.sql == nil {
		return nil
	}
	err := db.sql.Close()
	db.sql = nil
	return err
}

// maxSQLite is the number of connections to the file: readers beside the one
// writer that SQLite allows.
const maxSQLite = 4

func (db *DB) connect(ctx context.Context) (*sql.DB, error) {
	driver, dsn := "pgx", db.config.DatabaseURL
	if db.Dialect() == SQLite {
		if err := os.MkdirAll(db.config.DataDir, 0o700); err != nil {
			return nil, err
		}
		driver, dsn = "sqlite", sqliteDSN(db.config.Path())
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	if db.Dialect() == SQLite {
		pool.SetMaxOpenConns(maxSQLite)
		return pool, nil // the first connection is made under the migrations' lock
	}
	pool.SetMaxOpenConns(db.config.Connections)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return pool, nil
}

// sqliteDSN opens the file with a write-ahead log, so that nobody who reads waits.
// A transaction takes its write lock at once: one that reads first and writes
// later fails with SQLITE_BUSY, whatever the busy timeout, when another came in
// between.
func sqliteDSN(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)" +
		"&_txlock=immediate&_time_integer_format=unix_micro&_inttotime=1"
}

func (db *DB) pool() (*sql.DB, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	if db.sql == nil {
		return nil, ErrNotOpen
	}
	return db.sql, nil
}

// Tenant gives access to the rows of one tenant.
func (db *DB) Tenant(id string) Scope {
	s := Scope{db: db, tenant: id}
	if !events.IsUUID(id) {
		s.err = fmt.Errorf("store: tenant %q is not a UUID", id)
	}
	return s
}

// AllTenants gives access to every row, for upkeep that no tenant asks for, such
// as retention. Here $1 is the caller's first argument.
func (db *DB) AllTenants() Scope { return Scope{db: db, all: true} }
