package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// Since returns from when on the trail has everything that happened: the zero time
// until entries have expired. It reads in s, the tenant's, which may be a transaction.
func (t *Trail) Since(ctx context.Context, s store.Scope, now time.Time) (time.Time, error) {
	made, err := checkpoints(ctx, s)
	expired := false
	for _, c := range made {
		expired = expired || c.Expired
	}
	if err != nil || !expired {
		return time.Time{}, err
	}
	// What was recorded later is kept, and nothing is recorded before it happens.
	oldest, err := store.All(ctx, s, func(row store.Row) (at time.Time, err error) { return at, row.Scan(store.At(&at)) },
		`SELECT recorded_at FROM audit_entry WHERE tenant_id = $1 ORDER BY seq IS NULL, seq, recorded_at LIMIT 1`)
	if err != nil || len(oldest) == 0 {
		return now, err
	}
	return oldest[0], nil
}

// Replay calls do with what the trail has of each event, in the order in which it
// all happened: the envelope's id, type, version, time and tenant, and of the data
// the declared facts. Commands that were recorded are not among them. It reads in s,
// the tenant's, which may be a transaction: whoever holds one must not wait for another
// connection.
func (t *Trail) Replay(ctx context.Context, s store.Scope, tenantID string, do func(events.Envelope) error) error {
	at, id := time.Unix(0, 0), uuid.Nil.String()
	for {
		page, err := store.All(ctx, s, scanEntry, `SELECT `+entryColumns+` FROM audit_entry
			WHERE tenant_id = $1 AND (occurred_at > $2 OR (occurred_at = $2 AND event_id > $3))
			ORDER BY occurred_at, event_id LIMIT $4`, at, id, pageSize)
		if err != nil {
			return fmt.Errorf("audit: replay the trail: %w", err)
		}
		for _, e := range page {
			at, id = e.OccurredAt, e.EventID
			data, declared, err := e.data()
			if err == nil && declared {
				meta := events.Meta{ID: e.EventID, Type: e.EventType, Version: e.EventVersion, Time: e.OccurredAt, TenantID: tenantID}
				meta.AggregateType, meta.Subject = e.AggregateType, e.Subject
				err = do(events.Envelope{Meta: meta, Data: data})
			}
			if err != nil {
				return fmt.Errorf("audit: replay %s %s: %w", e.EventType, e.EventID, err)
			}
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// data puts the facts back into the shape that they had in the event, if that is
// what they come from.
func (e Entry) data() (data json.RawMessage, declared bool, err error) {
	if _, declared = Facts[e.EventType]; !declared {
		return nil, false, nil
	}
	var flat map[string]json.RawMessage
	if err := json.Unmarshal([]byte(e.Facts), &flat); err != nil {
		return nil, true, err
	}
	object := map[string]any{}
	for path, value := range flat {
		put(object, strings.Split(path, "."), value)
	}
	data, err = json.Marshal(object)
	return data, true, err
}

func put(object map[string]any, path []string, value json.RawMessage) {
	for _, name := range path[:len(path)-1] {
		inner, ok := object[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[path[len(path)-1]] = value
}
