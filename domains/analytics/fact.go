package analytics

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// A row is a fact that the events of one thing are put into: a call, a message, an
// incident.
type row interface {
	// table is where it is, keyed by the column key.
	table() (name, key string)
	id() string
	// columns are the others, into their places, values what is in them.
	columns() []string
	into() []any
	values() []any
}

// load reads the row, begins it if need be, and locks it until the transaction ends:
// writing what is there does so on both databases.
func load(ctx context.Context, tx store.Scope, by events.Meta, r row) (*merge, error) {
	table, key := r.table()
	seen, err := store.One(ctx, tx, func(found store.Row) (seen string, err error) {
		return seen, found.Scan(append(r.into(), &seen)...)
	}, fmt.Sprintf(`INSERT INTO %[1]s (tenant_id, %[2]s) VALUES ($1, $2)
		ON CONFLICT (tenant_id, %[2]s) DO UPDATE SET seen = %[1]s.seen
		RETURNING %[3]s, seen`, table, key, columnsOf(r)), r.id())
	if err != nil {
		return nil, err
	}
	return newMerge(by, seen)
}

func columnsOf(r row) string { return strings.Join(r.columns(), ", ") }

// save writes the row.
func save(ctx context.Context, tx store.Scope, m *merge, r row) error {
	seen, err := m.encode()
	if err != nil {
		return err
	}
	table, key := r.table()
	args := append([]any{r.id(), seen}, r.values()...)
	var set strings.Builder
	for i, column := range r.columns() {
		fmt.Fprintf(&set, ", %s = $%d", column, i+4) // after the tenant, the id and seen
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`UPDATE %s SET seen = $3%s WHERE tenant_id = $1 AND %s = $2`, table, &set, key), args...)
	return err
}

// earliest keeps the first of the instants.
func earliest(m *merge, field *time.Time, at time.Time) {
	if !at.IsZero() && (field.IsZero() || at.Before(*field)) {
		*field, m.changed = at, true
	}
}
