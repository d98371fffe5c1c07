package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/calendar"
)

// NewRecordSync returns the listener that records that a calendar shows an appointment.
func NewRecordSync(facts *Facts) events.Listener {
	return events.On("analytics.record-sync", func(ctx context.Context, d events.Delivery[calendar.SyncCompleted]) error {
		return facts.recordSync(ctx, d.Meta, synced{result: syncCompleted, kind: d.Event.Action, appointmentID: d.Event.AppointmentID})
	}, patient)
}
