package analytics

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// Facts keeps the facts of all tenants.
type Facts struct {
	db      *store.DB
	rebuild *rebuild // what is recorded belongs to it, unless it is nil
}

// A rebuild is a transaction in which a tenant's facts are made anew, and the days
// that this has touched.
type rebuild struct {
	tx   store.Scope
	days []day
}

// NewFacts returns the facts in db.
func NewFacts(db *store.DB) *Facts { return &Facts{db: db} }

// scope is where a tenant's facts are recorded.
func (f *Facts) scope(tenantID string) store.Scope {
	if f.rebuild != nil {
		return f.rebuild.tx
	}
	return f.db.Tenant(tenantID)
}

// touch notes the days whose figures change. Within a rebuild they are marked at its
// end, so that nobody who records something today waits for it.
func (f *Facts) touch(ctx context.Context, tx store.Scope, now time.Time, days ...day) error {
	if f.rebuild != nil {
		f.rebuild.days = append(f.rebuild.days, open(now, days)...)
		return nil
	}
	return markDirty(ctx, tx, open(now, days))
}
