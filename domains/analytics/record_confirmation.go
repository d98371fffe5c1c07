package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordConfirmation returns the listener that records that an appointment was
// confirmed.
func NewRecordConfirmation(facts *Facts) events.Listener {
	return onBooking("analytics.record-confirmation", facts, func(e appointment.BecameConfirmed) appointment.Ref { return e.Ref }, (*Booking).applyConfirmed)
}
