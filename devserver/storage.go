package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"net/url"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

// visibilitySuffix is what the file of the visibility store has in addition.
const visibilitySuffix = "-visibility"

// A storage is the two databases of a server. Lists and counts have one of
// their own, because SQLite writes one transaction at a time, and a write to
// the visibility table is by far the slowest there is.
type storage struct {
	executions, visibility *config.SQL

	release func() error
}

// openStorage prepares the databases in a file, or in memory if there is none.
func openStorage(ctx context.Context, file string) (*storage, error) {
	if file == "" {
		// The name keeps apart the servers of one process.
		name := "devserver-" + uuid.NewString()
		s := &storage{memoryConfig(name), memoryConfig(name + visibilitySuffix), func() error { return nil }}
		return s, prepareMemory(ctx, s.visibility)
	}

	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("the folder of the database file %s does not exist: create it, or choose another file with --db-filename", file)
	}
	release, err := lockFile(file)
	if err != nil {
		return nil, err
	}
	s := &storage{fileConfig(file), fileConfig(file + visibilitySuffix), release}
	for _, cfg := range []*config.SQL{s.executions, s.visibility} {
		if err := prepareFile(ctx, cfg); err != nil {
			return nil, errors.Join(err, release())
		}
	}
	return s, nil
}

// memoryConfig describes a database that all connections of this process
// share, and that goes with the last of them. The server creates the schema as
// soon as it connects.
func memoryConfig(name string) *config.SQL {
	return &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      name,
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
	}
}

// fileConfig describes a database in a file. With a write-ahead log a killed
// process loses nothing that it has acknowledged; only a power cut may cost
// the last moments, and never the consistency.
func fileConfig(file string) *config.SQL {
	return &config.SQL{
		PluginName:   sqliteplugin.PluginName,
		DatabaseName: file,
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"busy_timeout": "10000",
			"journal_mode": "wal",
			"synchronous":  "normal",
		},
	}
}

// openDatabase opens a database beside the server's own connection to it.
func openDatabase(cfg *config.SQL) (*sql.DB, error) {
	values := url.Values{}
	for key, value := range cfg.ConnectAttributes {
		if key == "mode" || key == "cache" {
			values.Set(key, value)
		} else {
			values.Add("_pragma", key+"="+value)
		}
	}
	db, err := sql.Open("sqlite", "file:"+cfg.DatabaseName+"?"+values.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// prepareMemory has the server create a database in memory, and trims it while
// nobody uses it yet.
func prepareMemory(ctx context.Context, cfg *config.SQL) error {
	if err := sqliteschema.CreateNamespaces(cfg); err != nil {
		return fmt.Errorf("create the database in memory: %w", err)
	}
	db, err := openDatabase(cfg)
	if err != nil {
		return fmt.Errorf("open the database in memory: %w", err)
	}
	return errors.Join(inTx(ctx, db, leanVisibility), db.Close())
}

// prepareFile makes sure that a file holds the schema of this server, all of
// it or, should the process die meanwhile, nothing.
func prepareFile(ctx context.Context, cfg *config.SQL) error {
	db, err := openDatabase(cfg)
	if err != nil {
		return fmt.Errorf("open the database file %s: %w", cfg.DatabaseName, err)
	}
	defer db.Close()

	var version uint32
	var objects int
	err = db.QueryRowContext(ctx, `SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version`).Scan(&version, &objects)
	switch {
	case err != nil:
		return fmt.Errorf("read the database file %s: %w: choose another file with --db-filename", cfg.DatabaseName, err)
	case objects == 0:
		return inTx(ctx, db, createSchema)
	case version != schemaVersion():
		return fmt.Errorf("the database file %s was not made by this version of devserver: choose another file with --db-filename, or delete this one",
			cfg.DatabaseName)
	}
	return nil
}

func createSchema(ctx context.Context, tx *sql.Tx) error {
	if err := sqliteschema.SetupSchemaOnDB(schemaTx{tx: tx}); err != nil {
		return fmt.Errorf("create the schema: %w", err)
	}
	if err := leanVisibility(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, schemaVersion())); err != nil {
		return fmt.Errorf("mark the schema: %w", err)
	}
	return nil
}

// schemaVersion tells one schema from another. SQLite keeps it as a signed
// number, so it has 31 bits.
func schemaVersion() uint32 {
	versions := sqliteschema.Version + " " + sqliteschema.VisibilityVersion + " " + leanVersion
	return crc32.ChecksumIEEE([]byte(versions)) & 0x7fffffff
}

// A schemaTx lets the server's schema be created within a transaction. It can
// do nothing else.
type schemaTx struct {
	sqlplugin.AdminDB

	tx *sql.Tx
}

func (s schemaTx) Exec(stmt string, args ...any) error {
	_, err := s.tx.Exec(stmt, args...)
	return err
}

// inTx commits what do has done, unless it fails.
func inTx(ctx context.Context, db *sql.DB, do func(context.Context, *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := do(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// close folds the write-ahead logs into the files and lets others have them.
func (s *storage) close(ctx context.Context) error {
	var errs []error
	for _, cfg := range []*config.SQL{s.executions, s.visibility} {
		if cfg.ConnectAttributes["mode"] == "memory" {
			continue
		}
		db, err := openDatabase(cfg)
		if err == nil {
			_, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
			err = errors.Join(err, db.Close())
		}
		errs = append(errs, err)
	}
	return errors.Join(errors.Join(errs...), s.release())
}
