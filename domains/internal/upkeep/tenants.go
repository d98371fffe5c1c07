package upkeep

import (
	"context"
	"errors"
	"fmt"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// EachTenant runs do for every tenant that the query names, one after another. One
// that fails doesn't keep the others: the errors come together, with the tenants'
// ids.
func EachTenant(ctx context.Context, db *store.DB, do func(tenantID string) error, query string, args ...any) error {
	tenants, err := store.All(ctx, db.AllTenants(), func(row store.Row) (id string, err error) { return id, row.Scan(&id) }, query, args...)
	if err != nil {
		return fmt.Errorf("look for tenants: %w", err)
	}
	var errs []error
	for _, id := range tenants {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		if err := do(id); err != nil {
			errs = append(errs, fmt.Errorf("tenant %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// Batch is how many rows a statement of upkeep touches at most, so that nobody
// waits long for it.
const Batch = 1000

// InBatches runs a statement on the rows of a tenant until it finds none any more,
// each time in a transaction of its own, and returns how many it found. The last of
// its arguments is [Batch], which it must take for a limit.
func InBatches(ctx context.Context, scope store.Scope, statement string, args ...any) (int64, error) {
	args = append(args, Batch)
	for total := int64(0); ; {
		n, err := scope.Exec(ctx, statement, args...)
		if total += n; err != nil || n == 0 {
			return total, err
		}
	}
}

// Announce publishes what a job has to tell of a tenant. The key says what it is
// about: under the same one, the events in the same order are announced once, for
// as long as the bus remembers them. An error means that some are not published,
// and that the job is to announce all of them again.
func Announce(ctx context.Context, p events.Publisher, tenantID, key string, announced ...events.Event) error {
	var errs []error
	for i, e := range announced {
		_, err := p.Publish(ctx, e, events.ID(events.DerivedID(tenantID, key, i)), events.Tenant(tenantID),
			events.Correlation(events.DerivedID(tenantID, key, 0)))
		if err != nil {
			errs = append(errs, fmt.Errorf("announce %s: %w", e.EventName(), err))
		}
	}
	return errors.Join(errs...)
}
