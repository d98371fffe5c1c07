package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/calendar"
)

// NewRecordSyncFailure returns the listener that records that a calendar does not show
// an appointment.
func NewRecordSyncFailure(facts *Facts) events.Listener {
	return events.On("analytics.record-sync-failure", func(ctx context.Context, d events.Delivery[calendar.SyncFailed]) error {
		return facts.recordSync(ctx, d.Meta, synced{result: syncFailed, kind: d.Event.Code, appointmentID: d.Event.AppointmentID})
	}, patient)
}
