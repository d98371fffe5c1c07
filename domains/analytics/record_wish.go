package analytics

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordWish returns the listener that records a request that stayed unfulfilled.
func NewRecordWish(facts *Facts) events.Listener {
	return events.On("analytics.record-wish", func(ctx context.Context, d events.Delivery[appointment.WishRecorded]) error {
		return facts.recordLost(ctx, d.Meta, d.Now(), lost{lostWish, d.Event.BranchID, d.Event.ServiceID, "", string(d.Event.Reason)})
	}, patient)
}
