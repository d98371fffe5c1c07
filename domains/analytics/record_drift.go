package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/calendar"
)

// NewRecordDrift returns the listener that records that a calendar and we do not agree.
func NewRecordDrift(facts *Facts) events.Listener {
	return events.On("analytics.record-drift", func(ctx context.Context, d events.Delivery[calendar.DriftDetected]) error {
		return facts.recordSync(ctx, d.Meta, synced{result: syncDrift, kind: d.Event.Kind, appointmentID: d.Event.AppointmentID, branchID: d.Event.BranchID})
	}, patient)
}
