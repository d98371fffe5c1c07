package customers

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// UndoMerge makes two customers of one again. What came after the merge stays with
// the primary. It refuses with not_found, merge_state, and after 30 days with
// undo_expired.
func (s *Service) UndoMerge(ctx context.Context, tenantID string, now time.Time, req customer.UndoRequest) (customer.Undone, []events.Event, error) {
	return once(ctx, s, tenantID, key("undo-merge", req.Key), now, func(tx store.Scope) (outcome[customer.Undone], error) {
		m, err := readMerge(ctx, tx, req.MergeID, now)
		if err != nil {
			return outcome[customer.Undone]{}, err
		}
		primary, err := lock(ctx, tx, m.primaryID)
		if err != nil {
			return outcome[customer.Undone]{}, err
		}
		duplicate, err := store.One(ctx, tx, scanCustomer, `SELECT `+customerColumns+` FROM customer WHERE tenant_id = $1 AND customer_id = $2`, m.duplicateID)
		if err != nil {
			return outcome[customer.Undone]{}, err
		}
		if primary.ID != m.primaryID || duplicate.MergedInto != primary.ID {
			return outcome[customer.Undone]{}, refuse("merge_state", "CUS-44", "the customers have been merged or erased since: take that back first")
		}
		undone := customer.Undone{Unmerged: customer.Unmerged{MergeID: m.id, PrimaryID: primary.ID, RestoredID: duplicate.ID}}
		announced, kept, err := s.part(ctx, tx, now, m, primary, duplicate)
		if err != nil {
			return outcome[customer.Undone]{}, err
		}
		undone.Kept = kept
		if _, err := tx.Exec(ctx, `UPDATE customer_merge SET undone_at = $3 WHERE tenant_id = $1 AND merge_id = $2`, m.id, now); err != nil {
			return outcome[customer.Undone]{}, err
		}
		err = noteRegrouping(ctx, tx, now, req.By, primary.ID, "restored", duplicate.ID)
		return outcome[customer.Undone]{undone, primary.ID, append([]events.Event{undone.Unmerged}, announced...)}, err
	})
}

// part carries an undo out, and returns what follows from it.
func (s *Service) part(ctx context.Context, tx store.Scope, now time.Time, m merge, primary, duplicate Customer) (announced []events.Event, kept []string, err error) {
	before, err := decisions(ctx, tx, primary.ID)
	if err != nil {
		return nil, nil, err
	}
	back := duplicate
	back.Status, back.MergedInto = m.Duplicate.Status, ""
	if err := save(ctx, tx, &back); err != nil {
		return nil, nil, err
	}
	for _, id := range m.Moved {
		if _, err := tx.Exec(ctx, `UPDATE customer SET merged_into_id = $3 WHERE tenant_id = $1 AND customer_id = $2 AND merged_into_id = $4`, id, back.ID, primary.ID); err != nil {
			return nil, nil, err
		}
	}
	restored, kept := takeBack(primary, m.Before, m.After)
	if err := save(ctx, tx, &restored); err != nil {
		return nil, nil, err
	}
	announced, err = s.afterRegrouping(ctx, tx, now, primary, restored, before)
	if err != nil {
		return nil, nil, err
	}
	event, err := updated(ctx, tx, back, "contacts")
	return append(announced, event), slices.Clip(kept), err
}

// merge is a merge as it was written down.
type merge struct {
	id, primaryID, duplicateID string
	snapshot
}

// readMerge returns a merge that can be taken back.
func readMerge(ctx context.Context, tx store.Scope, id string, now time.Time) (m merge, err error) {
	var until, undone time.Time
	m, err = store.One(ctx, tx, func(row store.Row) (m merge, err error) {
		return m, row.Scan(&m.id, &m.primaryID, &m.duplicateID, asJSON{&m.snapshot}, store.At(&until), store.At(&undone))
	}, `SELECT merge_id, primary_id, duplicate_id, snapshot, undo_until, undone_at FROM customer_merge WHERE tenant_id = $1 AND merge_id = $2`, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return m, refuse("not_found", "TEN-5", "there is no merge %s", id)
	case err != nil:
		return m, err
	case !undone.IsZero():
		return m, refuse("merge_state", "CUS-44", "the merge was taken back at %s already", undone.Format(time.RFC3339))
	case now.After(until):
		return m, refuse("undo_expired", "CUS-44", "a merge can be taken back for 30 days, this one until %s: change the customers by hand", until.Format(time.RFC3339))
	}
	return m, nil
}
