package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// Migrations are one domain's changes of the schema.
type Migrations struct {
	// Domain names whose they are, and the table that remembers them.
	Domain string
	// Files has a folder migrations with a folder a dialect in it.
	Files fs.FS
}

// migrate applies what is missing, domain by domain, under a lock that all
// processes on this database share. No domain refers to another's tables, so the
// order is of no account; by name it is the same everywhere.
func (db *DB) migrate(ctx context.Context, pool *sql.DB) (err error) {
	unlock, err := db.lock(ctx, pool)
	if err != nil {
		return fmt.Errorf("wait for the other processes' migrations: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	byName := slices.SortedFunc(slices.Values(db.migrations), func(a, b Migrations) int {
		return strings.Compare(a.Domain, b.Domain)
	})
	for _, m := range byName {
		if err := db.apply(ctx, pool, m); err != nil {
			return fmt.Errorf("migrate %s: %w", m.Domain, err)
		}
	}
	return nil
}

func (db *DB) apply(ctx context.Context, pool *sql.DB, m Migrations) error {
	files, err := fs.Sub(m.Files, "migrations/"+string(db.Dialect()))
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if db.Dialect() == Postgres {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, pool, files,
		goose.WithTableName(m.Domain+"_migrations"),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		return err
	}
	applied, err := provider.Up(ctx)
	if err != nil {
		return err
	}
	for _, result := range applied {
		db.log.InfoContext(ctx, "migration applied", "domain", m.Domain, "version", result.Source.Version, "duration", result.Duration)
	}
	return nil
}

// lock keeps every other process from migrating until unlock is called. SQLite
// has no lock that outlives a transaction, so there it is one on a file beside.
func (db *DB) lock(ctx context.Context, pool *sql.DB) (unlock func() error, err error) {
	if db.Dialect() == SQLite {
		return lockFile(ctx, db.config.Path()+".migrate.lock")
	}
	const key = `hashtextextended('herald migrations of ' || current_schema(), 0)`
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(`+key+`)`); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		// The lock must go even if the start was given up in the meantime.
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(`+key+`)`)
		return errors.Join(err, conn.Close())
	}, nil
}
