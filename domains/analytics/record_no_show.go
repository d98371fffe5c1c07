package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordNoShow returns the listener that records that nobody came, and the fee.
func NewRecordNoShow(facts *Facts) events.Listener {
	return onBooking("analytics.record-no-show", facts, func(e appointment.BecameNoShow) appointment.Ref { return e.Ref }, (*Booking).applyNoShow)
}
