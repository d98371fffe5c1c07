package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/audit"
)

// Verify looks at the sealed entries of a tenant from the given seq on; 0 is all
// that are kept. Where earlier entries have expired it starts at their checkpoint.
func (t *Trail) Verify(ctx context.Context, tenantID string, from int64) (audit.Verification, error) {
	s := t.db.Tenant(tenantID)
	w := walk{tenantID: tenantID, at: head{0, Genesis(tenantID)}}
	var err error
	// The checkpoints are read before the head, and the head before the entries, so
	// that what is sealed meanwhile looks like nothing that is missing.
	if w.checkpoints, err = checkpoints(ctx, s); err != nil {
		return w.v, fmt.Errorf("audit: verify the chain of %s: %w", tenantID, err)
	}
	end, err := store.One(ctx, s, scanHead, `SELECT seq, hash FROM audit_head WHERE tenant_id = $1`)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return w.v, fmt.Errorf("audit: verify the chain of %s: %w", tenantID, err)
	}
	w.ahead = w.checkpoints
	if err := w.start(ctx, s, from); err != nil {
		return w.v, err
	}
	for w.v.OK() && w.at.seq < end.seq {
		page, err := store.All(ctx, s, scanEntry, `SELECT `+entryColumns+` FROM audit_entry
			WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4`, w.at.seq, end.seq, batch)
		if err != nil {
			return w.v, fmt.Errorf("audit: verify the chain of %s: %w", tenantID, err)
		}
		w.page(page)
		if len(page) == 0 {
			break
		}
	}
	if err := w.finish(ctx, s, end); err != nil {
		return w.v, fmt.Errorf("audit: verify the chain of %s: %w", tenantID, err)
	}
	return w.v, nil
}

// A walk goes along a chain. It is at the last entry that is good.
type walk struct {
	tenantID    string
	checkpoints []Checkpoint
	ahead       []Checkpoint // those that may still come
	at          head
	v           audit.Verification
}

func (w *walk) bad(seq int64, kind, expected, found string) {
	w.v.BadSeq, w.v.Kind, w.v.Expected, w.v.Found = seq, kind, expected, found
}

// start goes to the entry before from: to a checkpoint, or to what is stored.
func (w *walk) start(ctx context.Context, s store.Scope, from int64) error {
	for _, c := range w.checkpoints {
		if c.Expired || c.Seq == from-1 {
			w.at = head{c.Seq, c.Hash}
		}
	}
	if w.at.seq >= from-1 {
		return nil
	}
	before, err := store.One(ctx, s, scanHead, `SELECT seq, hash FROM audit_entry WHERE tenant_id = $1 AND seq = $2`, from-1)
	if errors.Is(err, store.ErrNotFound) {
		return events.Refuse("not_found", "AUD-5", "the chain has no entry %d to start after", from-1)
	}
	w.at = before
	return err
}

// page goes along the next entries, to the first that is not good.
func (w *walk) page(entries []Entry) {
	for _, e := range entries {
		if e.Seq != w.at.seq+1 {
			w.bad(w.at.seq+1, audit.Gap, fmt.Sprint(w.at.seq+1), fmt.Sprint(e.Seq))
			return
		}
		hash := e.Hash(w.tenantID, w.at.hash)
		if !bytes.Equal(hash, e.Sealed) || !bytes.Equal(e.Prev, w.at.hash) {
			w.bad(e.Seq, audit.Hash, fmt.Sprintf("%x", hash), fmt.Sprintf("%x", e.Sealed))
			return
		}
		for len(w.ahead) > 0 && w.ahead[0].Seq < e.Seq {
			w.ahead = w.ahead[1:]
		}
		if len(w.ahead) > 0 && w.ahead[0].Seq == e.Seq && !bytes.Equal(w.ahead[0].Hash, hash) {
			w.bad(e.Seq, audit.Checkpoint, fmt.Sprintf("%x", w.ahead[0].Hash), fmt.Sprintf("%x", hash))
			return
		}
		w.at = head{e.Seq, hash}
		w.v.Checked++
	}
}

// finish compares where the chain ends with where it should.
func (w *walk) finish(ctx context.Context, s store.Scope, end head) error {
	if !w.v.OK() {
		return nil
	}
	last := end.seq
	for _, c := range w.checkpoints {
		last = max(last, c.Seq)
	}
	switch {
	case w.at.seq < last:
		w.bad(w.at.seq+1, audit.Truncated, fmt.Sprint(last), fmt.Sprint(w.at.seq))
		return nil
	case w.at.seq == end.seq && !bytes.Equal(w.at.hash, end.hash) && end.seq > 0:
		w.bad(end.seq, audit.Hash, fmt.Sprintf("%x", end.hash), fmt.Sprintf("%x", w.at.hash))
		return nil
	}
	// One statement sees one instant: nothing sealed is ahead of the head.
	ahead, err := store.All(ctx, s, scanSeq, `SELECT min(e.seq) FROM audit_entry e WHERE e.tenant_id = $1
		AND e.seq > coalesce((SELECT h.seq FROM audit_head h WHERE h.tenant_id = $1), 0) HAVING min(e.seq) IS NOT NULL`)
	if err == nil && len(ahead) > 0 {
		w.bad(ahead[0], audit.Gap, fmt.Sprint(end.seq), fmt.Sprint(ahead[0]))
	}
	return err
}

func scanSeq(row store.Row) (seq int64, err error) { return seq, row.Scan(&seq) }
