package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordVisit returns the listener that records that a visit took place, and its final
// price.
func NewRecordVisit(facts *Facts) events.Listener {
	return onBooking("analytics.record-visit", facts, func(e appointment.BecameCompleted) appointment.Ref { return e.Ref }, (*Booking).applyCompleted)
}
