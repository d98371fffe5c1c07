package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordBooking returns the listener that begins the fact of an appointment, or
// completes one that a later event has begun.
func NewRecordBooking(facts *Facts) events.Listener {
	return onBooking("analytics.record-booking", facts, func(e appointment.Created) appointment.Ref { return e.Ref }, (*Booking).applyCreated)
}
