package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordChange returns the listener that records another service, person,
// duration or price.
func NewRecordChange(facts *Facts) events.Listener {
	return onBooking("analytics.record-change", facts, func(e appointment.Updated) appointment.Ref { return e.Ref }, (*Booking).applyUpdated)
}
