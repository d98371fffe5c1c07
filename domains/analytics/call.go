package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// A Call is the fact of one telephone call.
type Call struct {
	CallID    string
	BranchID  string
	Kind      string
	Direction string
	StartedAt time.Time
	// StartedOn is the date at the branch.
	StartedOn string
}

func (c *Call) applyStarted(m *merge, e call.Started) error {
	startedOn, err := dateIn(e.Zone, e.StartedAt)
	if err != nil {
		return err
	}
	set(m, "branch_id", &c.BranchID, e.BranchID)
	set(m, "kind", &c.Kind, e.Kind)
	set(m, "direction", &c.Direction, e.Direction)
	set(m, "started_at", &c.StartedAt, e.StartedAt)
	set(m, "started_on", &c.StartedOn, startedOn)
	return nil
}

const callColumns = `branch_id, kind, direction, started_at, started_on`

func (c *Call) into() []any {
	return []any{&c.BranchID, &c.Kind, &c.Direction, store.At(&c.StartedAt), &c.StartedOn}
}

// recordCall has apply put what the event by says into the fact of a call, which it
// begins if need be.
func (f *Facts) recordCall(ctx context.Context, by events.Meta, callID string, apply func(*Call, *merge) error) error {
	err := f.scope(by.TenantID).InTx(ctx, func(tx store.Scope) error {
		c := Call{CallID: callID}
		seen, err := store.One(ctx, tx, func(row store.Row) (seen string, err error) {
			return seen, row.Scan(append(c.into(), &seen)...)
		}, `INSERT INTO fact_call (tenant_id, call_id) VALUES ($1, $2)
			ON CONFLICT (tenant_id, call_id) DO UPDATE SET seen = fact_call.seen
			RETURNING `+callColumns+`, seen`, callID)
		if err != nil {
			return err
		}
		m, err := newMerge(by, seen)
		if err != nil {
			return err
		}
		if err := apply(&c, m); err != nil {
			return events.Permanent(err) // the same event has the same fault next time
		}
		return c.save(ctx, tx, m)
	})
	if err != nil {
		return fmt.Errorf("analytics: record the call %s: %w", callID, err)
	}
	return nil
}

func (c *Call) save(ctx context.Context, tx store.Scope, m *merge) error {
	if !m.changed {
		return nil
	}
	seen, err := m.encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE fact_call SET branch_id = $3, kind = $4, direction = $5, started_at = $6, started_on = $7, seen = $8
		WHERE tenant_id = $1 AND call_id = $2`,
		c.CallID, c.BranchID, c.Kind, c.Direction, c.StartedAt, c.StartedOn, seen)
	return err
}

// Call returns the fact of a call, or [store.ErrNotFound].
func (f *Facts) Call(ctx context.Context, tenantID, callID string) (Call, error) {
	return store.One(ctx, f.db.Tenant(tenantID), func(row store.Row) (Call, error) {
		c := Call{CallID: callID}
		return c, row.Scan(c.into()...)
	}, `SELECT `+callColumns+` FROM fact_call WHERE tenant_id = $1 AND call_id = $2`, callID)
}
