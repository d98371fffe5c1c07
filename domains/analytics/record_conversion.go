package analytics

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewRecordConversion returns the listener that records that a call has led to an
// appointment.
func NewRecordConversion(facts *Facts) events.Listener {
	return onCall("analytics.record-conversion", facts, func(e call.AppointmentBooked) call.Ref { return e.Ref }, (*Call).applyBooked)
}
