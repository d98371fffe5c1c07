package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/resilience"
)

// An Incident is the fact of a time when a dependency was not well.
type Incident struct {
	IncidentID string
	Dependency string
	Scope      string
	WorstLevel string
	StartedAt  time.Time
	// StartedOn is the date at the tenant's first branch.
	StartedOn string
	EndedAt   time.Time
	// LastedSeconds is zero until it has ended.
	LastedSeconds int64
}

// derive fills in what follows from the other fields.
func (i *Incident) derive(ctx context.Context, tx store.Scope) (err error) {
	i.LastedSeconds = 0
	if !i.EndedAt.IsZero() && !i.StartedAt.IsZero() {
		i.LastedSeconds = int64(i.EndedAt.Sub(i.StartedAt).Seconds())
	}
	i.StartedOn, err = localDate(ctx, tx, "", "", i.StartedAt)
	return err
}

func (i *Incident) applyDegraded(m *merge, e resilience.ServiceDegraded) {
	earliest(m, &i.StartedAt, e.Since)
	i.setLevel(m, e.Level)
}

func (i *Incident) applyRecovered(m *merge, e resilience.ServiceRecovered) {
	earliest(m, &i.StartedAt, e.StartedAt)
	set(m, "ended_at", &i.EndedAt, e.RecoveredAt)
	i.setLevel(m, e.WorstLevel)
}

// setLevel keeps the worst.
func (i *Incident) setLevel(m *merge, level string) {
	if i.WorstLevel == "" || level == resilience.Down {
		m.changed = m.changed || i.WorstLevel != level
		i.WorstLevel = level
	}
}

func (i *Incident) table() (name, key string) { return "fact_incident", "incident_id" }

func (i *Incident) id() string { return i.IncidentID }

func (i *Incident) columns() []string {
	return []string{"dependency", "scope", "worst_level", "started_at", "started_on", "ended_at", "lasted_s"}
}

func (i *Incident) into() []any {
	return []any{&i.Dependency, &i.Scope, &i.WorstLevel, store.At(&i.StartedAt), &i.StartedOn, store.At(&i.EndedAt), &i.LastedSeconds}
}

func (i *Incident) values() []any {
	return []any{i.Dependency, i.Scope, i.WorstLevel, i.StartedAt, i.StartedOn, i.EndedAt, i.LastedSeconds}
}

// recordIncident has apply put what the event by says into the fact of an incident.
func (f *Facts) recordIncident(ctx context.Context, by events.Meta, e resilience.Incident, apply func(*Incident, *merge)) error {
	err := f.scope(by.TenantID).InTx(ctx, func(tx store.Scope) error {
		i := Incident{IncidentID: e.IncidentID}
		m, err := load(ctx, tx, by, &i)
		if err != nil {
			return err
		}
		set(m, "dependency", &i.Dependency, e.Dependency)
		set(m, "scope", &i.Scope, e.Scope)
		if apply(&i, m); !m.changed {
			return nil
		}
		if err := i.derive(ctx, tx); err != nil {
			return err
		}
		return save(ctx, tx, m, &i)
	})
	if err != nil {
		return fmt.Errorf("analytics: record the incident %s: %w", e.IncidentID, err)
	}
	return nil
}

// Incident returns the fact of an incident, or [store.ErrNotFound].
func (f *Facts) Incident(ctx context.Context, tenantID, incidentID string) (Incident, error) {
	return store.One(ctx, f.db.Tenant(tenantID), func(row store.Row) (Incident, error) {
		i := Incident{IncidentID: incidentID}
		return i, row.Scan(i.into()...)
	}, `SELECT `+columnsOf(&Incident{})+` FROM fact_incident WHERE tenant_id = $1 AND incident_id = $2`, incidentID)
}
