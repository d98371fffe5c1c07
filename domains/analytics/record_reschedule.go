package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewRecordReschedule returns the listener that moves the visit to another time.
func NewRecordReschedule(facts *Facts) events.Listener {
	return onBooking("analytics.record-reschedule", facts, func(e appointment.Rescheduled) appointment.Ref { return e.Ref }, (*Booking).applyRescheduled)
}
