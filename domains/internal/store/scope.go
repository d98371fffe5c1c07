package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNotFound means that there is no such row.
var ErrNotFound = errors.New("store: not found")

// A Scope runs statements on the rows of one tenant, whose id is $1 in each of
// them; the caller's arguments start at $2. Get one from [DB.Tenant], or from
// [Scope.InTx] to have several statements succeed or fail together.
type Scope struct {
	db     *DB
	tx     *sql.Tx // nil outside of a transaction
	tenant string
	all    bool
	err    error
}

// querier is what *sql.DB and *sql.Tx have in common.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A Row is one row of a result.
type Row interface {
	Scan(into ...any) error
}

// Exec runs a statement and returns the number of rows that it touched.
func (s Scope) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	q, args, err := s.prepare(query, args)
	if err != nil {
		return 0, err
	}
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, classify(err)
	}
	return result.RowsAffected()
}

// One returns the first row of the result, read by scan, or [ErrNotFound].
func One[T any](ctx context.Context, s Scope, scan func(Row) (T, error), query string, args ...any) (T, error) {
	var zero T
	found, err := All(ctx, s, scan, query, args...)
	switch {
	case err != nil:
		return zero, err
	case len(found) == 0:
		return zero, ErrNotFound
	}
	return found[0], nil
}

// All returns every row of the result, read by scan.
func All[T any](ctx context.Context, s Scope, scan func(Row) (T, error), query string, args ...any) (found []T, err error) {
	q, args, err := s.prepare(query, args)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classify(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("store: read a row: %w", err)
		}
		found = append(found, row)
	}
	return found, classify(rows.Err())
}

// InTx runs do in a transaction, which ends with it: committed if do returns nil,
// rolled back otherwise. Inside of a transaction it goes on with that one.
func (s Scope) InTx(ctx context.Context, do func(Scope) error) error {
	switch {
	case s.err != nil:
		return s.err
	case s.tx != nil:
		return do(s)
	}
	pool, err := s.db.pool()
	if err != nil {
		return err
	}
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it has nothing to do
	inside := s
	inside.tx = tx
	if err := do(inside); err != nil {
		return err
	}
	return classify(tx.Commit())
}

// prepare puts the tenant in front of the arguments and the arguments into the
// form that both drivers take.
func (s Scope) prepare(query string, args []any) (querier, []any, error) {
	if s.err != nil {
		return nil, nil, s.err
	}
	given := make([]any, 0, len(args)+1)
	if !s.all {
		if !strings.Contains(query, "tenant_id") || !strings.Contains(query, "$1") {
			return nil, nil, fmt.Errorf("store: the statement does not name tenant_id and $1, the tenant: %.60s", query)
		}
		given = append(given, s.tenant)
	}
	for _, arg := range args {
		given = append(given, value(arg))
	}
	if s.tx != nil {
		return s.tx, given, nil
	}
	pool, err := s.db.pool()
	return pool, given, err
}

func value(arg any) any {
	switch v := arg.(type) {
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return v.UTC().Truncate(time.Microsecond)
	case json.RawMessage:
		return string(v) // SQLite takes bytes for its own binary JSON
	}
	return arg
}

// At reads an instant into t, in UTC; NULL becomes the zero instant.
func At(t *time.Time) sql.Scanner { return instant{t} }

type instant struct{ t *time.Time }

// Scan takes what the drivers give for a column, and for an expression, of which
// SQLite knows the number only.
func (i instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i.t = time.Time{}
	case time.Time:
		*i.t = v.UTC()
	case int64:
		*i.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("%T is no instant", src)
	}
	return nil
}
