package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/resilience"
)

// NewRecordDegradation returns the listener that records that a dependency became unwell.
func NewRecordDegradation(facts *Facts) events.Listener {
	return events.On("analytics.record-degradation", func(ctx context.Context, d events.Delivery[resilience.ServiceDegraded]) error {
		return facts.recordIncident(ctx, d.Meta, d.Event.Incident, func(i *Incident, m *merge) { i.applyDegraded(m, d.Event) })
	}, patient)
}
