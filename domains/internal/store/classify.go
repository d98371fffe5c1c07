package store

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// What the schema refuses.
var (
	ErrDuplicate  = errors.New("store: duplicate key")
	ErrOverlap    = errors.New("store: overlap")
	ErrAppendOnly = errors.New("store: this table only grows")
)

// A Violation is a rule of the schema that a statement broke. It is one of
// [ErrDuplicate], [ErrOverlap] and [ErrAppendOnly] to errors.Is.
type Violation struct {
	// Name is the constraint as PostgreSQL names it, or the table that only grows.
	Name string

	kind  error
	cause error
}

func (v *Violation) Error() string { return v.kind.Error() + ": " + v.Name }

// Unwrap returns the kind and what the driver said.
func (v *Violation) Unwrap() []error { return []error{v.kind, v.cause} }

// SQLite's extended result codes.
const (
	sqlitePrimaryKey = 1555
	sqliteTrigger    = 1811
	sqliteUnique     = 2067
)

// classify makes a [Violation] of an error that is one. It is the only place that
// knows the databases' codes.
func classify(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		kinds := map[string]error{"23505": ErrDuplicate, "23P01": ErrOverlap, "23001": ErrAppendOnly}
		if kind := kinds[e.Code]; kind != nil {
			return &Violation{e.ConstraintName, kind, err}
		}
		return err
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch message := e.Error(); e.Code() {
	case sqlitePrimaryKey:
		table, _, _ := strings.Cut(after(message, "UNIQUE constraint failed: "), ".")
		return &Violation{table + "_pkey", ErrDuplicate, err}
	case sqliteUnique:
		return &Violation{uniqueName(after(message, "UNIQUE constraint failed: ")), ErrDuplicate, err}
	case sqliteTrigger:
		if strings.Contains(message, "overlap: ") {
			return &Violation{after(message, "overlap: "), ErrOverlap, err}
		}
		if strings.Contains(message, "append-only: ") {
			return &Violation{after(message, "append-only: "), ErrAppendOnly, err}
		}
	}
	return err
}

// after returns what SQLite says after the given words, without the code at the end.
func after(message, words string) string {
	_, rest, _ := strings.Cut(message, words)
	if end := strings.LastIndex(rest, " ("); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// uniqueName makes "price_tenant_id_key_key" of "price.tenant_id, price.key".
func uniqueName(columns string) string {
	var name strings.Builder
	for i, column := range strings.Split(columns, ", ") {
		table, column, _ := strings.Cut(column, ".")
		if i == 0 {
			name.WriteString(table)
		}
		name.WriteString("_" + column)
	}
	return name.String() + "_key"
}
