package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/resilience"
)

// NewRecordRecovery returns the listener that records that a dependency is well again.
func NewRecordRecovery(facts *Facts) events.Listener {
	return events.On("analytics.record-recovery", func(ctx context.Context, d events.Delivery[resilience.ServiceRecovered]) error {
		return facts.recordIncident(ctx, d.Meta, d.Event.Incident, func(i *Incident, m *merge) { i.applyRecovered(m, d.Event) })
	}, patient)
}
