package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordCancellation returns the listener that records who cancelled an
// appointment, and at what price.
func NewRecordCancellation(facts *Facts) events.Listener {
	return onBooking("analytics.record-cancellation", facts, func(e appointment.Cancelled) appointment.Ref { return e.Ref }, (*Booking).applyCancelled)
}
