package analytics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/events/notification"
	"github.com/herald-bus/herald/events/resilience"
)

// A Trail remembers what has happened. It reads in the given scope, the tenant's: a
// rebuild that waited for another connection might wait for those who wait for it.
type Trail interface {
	// Since returns from when on it knows everything, and zero if from ever.
	Since(ctx context.Context, s store.Scope, now time.Time) (time.Time, error)
	// Replay calls do with each event, in the order (time, id). Of the data it has at
	// least what [Needs] lists.
	Replay(ctx context.Context, s store.Scope, tenantID string, do func(events.Envelope) error) error
}

// A Rebuilder makes facts anew from what has happened.
type Rebuilder struct {
	facts *Facts
	trail Trail
}

// NewRebuilder returns a rebuilder of the facts from the trail.
func NewRebuilder(facts *Facts, trail Trail) *Rebuilder { return &Rebuilder{facts, trail} }

// Types are the event types that facts are made of, and others of their packages.
var Types = slices.Concat(appointment.Types, calendar.Types, call.Types, customer.Types, notification.Types, resilience.Types)

// lease is how long a rebuild keeps others off that are not its own next attempt.
const lease = 10 * time.Minute

// Rebuild takes away the facts of a range of dates, the last one included, has the
// trail tell everything again to those who listen, and computes the figures of the
// range, the closed ones too. What is outside stays: it knows its events. So do facts
// that began before the trail does. It is done as a whole or not at all, and one at a
// time for a tenant.
func (r *Rebuilder) Rebuild(ctx context.Context, tenantID string, now time.Time, q figures.RebuildRequest) (done figures.Rebuilt, err error) {
	if err := checkRange(q.From, q.To); err != nil {
		return done, err
	}
	scope := r.facts.db.Tenant(tenantID)
	if err := begin(ctx, scope, now, q.ID); err != nil {
		return done, err
	}
	err = scope.InTx(ctx, func(tx store.Scope) error {
		f := &Facts{db: r.facts.db, rebuild: &rebuild{tx: tx}}
		var err error
		done.Events, err = r.replay(ctx, f, tenantID, now, q)
		if err != nil {
			return err
		}
		return markDirty(ctx, tx, f.rebuild.days)
	})
	// The next one must not wait because this one was given up.
	err = errors.Join(err, end(context.WithoutCancel(ctx), scope, q.ID))
	if err == nil {
		done.Days, err = r.facts.Recompute(ctx, tenantID)
	}
	if err != nil {
		return done, fmt.Errorf("analytics: rebuild %s to %s: %w", q.From, q.To, err)
	}
	return done, nil
}

func begin(ctx context.Context, s store.Scope, now time.Time, id string) error {
	n, err := s.Exec(ctx, `INSERT INTO rebuilding (tenant_id, rebuild_id, until) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id) DO UPDATE SET rebuild_id = excluded.rebuild_id, until = excluded.until
		WHERE rebuilding.rebuild_id = excluded.rebuild_id OR rebuilding.until <= $4`, id, now.Add(lease), now)
	if err == nil && n == 0 {
		return events.Refuse("already_running", "ANA-6", "the tenant's figures are being rebuilt: wait for the end of that")
	}
	return err
}

func end(ctx context.Context, s store.Scope, id string) error {
	_, err := s.Exec(ctx, `DELETE FROM rebuilding WHERE tenant_id = $1 AND rebuild_id = $2`, id)
	return err
}

// replay makes the facts of the range anew and returns how many events told of them.
func (r *Rebuilder) replay(ctx context.Context, f *Facts, tenantID string, now time.Time, q figures.RebuildRequest) (told int, err error) {
	since, err := r.trail.Since(ctx, f.rebuild.tx, now)
	if err != nil {
		return 0, err
	}
	forgotten, err := f.truncate(ctx, now, q.From, q.To, since)
	if err != nil {
		return 0, err
	}
	registry, err := events.NewRegistry(Types, Listeners(f))
	if err != nil {
		return 0, err
	}
	err = r.trail.Replay(ctx, f.rebuild.tx, tenantID, func(env events.Envelope) error {
		if _, known := registry.Type(env.Type); !known {
			return nil
		}
		listeners := registry.Listeners(env.Type)
		told += min(1, len(listeners))
		for _, l := range listeners {
			if _, err := registry.Deliver(ctx, l.Name(), env, events.Run{Attempt: 1, Now: now}); err != nil {
				return fmt.Errorf("%s: %w", l.Name(), err)
			}
		}
		return nil
	})
	if err != nil {
		return told, err
	}
	for _, id := range forgotten { // the trail may not know it any more
		if err := f.forget(ctx, tenantID, id); err != nil {
			return told, err
		}
	}
	return told, nil
}
