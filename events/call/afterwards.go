package call

import (
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
)

// How a call can end.
const (
	EndCaller       = "caller"
	EndAgent        = "agent"
	EndTransfer     = "transfer"
	EndVoicemail    = "voicemail"
	EndSilence      = "silence"
	EndLimit        = "limit"
	EndNotConnected = "not_connected"
	EndTechnical    = "technical"
	EndUnknown      = "unknown"
)

var endClasses = []string{EndCaller, EndAgent, EndTransfer, EndVoicemail, EndSilence, EndLimit, EndNotConnected, EndTechnical, EndUnknown}

func validEnd(class string) error {
	return events.OneOf("end_class", class, endClasses...)
}

// Ended says that nobody is on the line any more.
type Ended struct {
	Ref
	StartedAt           time.Time `json:"started_at,omitzero"`
	EndedAt             time.Time `json:"ended_at"`
	DurationMS          int64     `json:"duration_ms"`
	EndClass            string    `json:"end_class"`
	DisconnectionReason string    `json:"disconnection_reason"`
	// CostCents is what is known of the cost so far.
	CostCents     int64  `json:"cost_cents,omitzero"`
	CostCurrency  string `json:"cost_currency,omitzero"`
	HasTranscript bool   `json:"has_transcript"`
	HasRecording  bool   `json:"has_recording"`
	FunctionCalls int    `json:"function_calls"`
	// OpenBooking says that a booking of the call is still at work.
	OpenBooking bool `json:"open_booking"`
}

// EventName is the type on the wire.
func (Ended) EventName() string { return "call.ended" }

// Validate reports enums without meaning.
func (e Ended) Validate() error { return validEnd(e.EndClass) }

// SaidName is the name that a caller gave.
type SaidName struct {
	Value string `json:"value"`
	// Source is function, analysis or transcript, Confidence is of 100.
	Source     string `json:"source"`
	Confidence int    `json:"confidence"`
}

// Analyzed says what became of a call. Of two analyses the one with the higher
// revision counts.
type Analyzed struct {
	Ref
	Revision      int    `json:"revision"`
	Outcome       string `json:"outcome"`
	OutcomeSource string `json:"outcome_source"`
	Successful    bool   `json:"successful"`
	Sentiment     string `json:"sentiment,omitzero"`
	Intent        string `json:"intent,omitzero"`
	EndClass      string `json:"end_class"`
	// SaidName is absent if none was heard.
	SaidName *SaidName `json:"said_name,omitzero"`
}

// EventName is the type on the wire.
func (Analyzed) EventName() string { return "call.analyzed" }

// Validate reports enums without meaning.
func (e Analyzed) Validate() error {
	err := validEnd(e.EndClass)
	if e.SaidName != nil {
		err = errors.Join(err, events.OneOf("said_name.source", e.SaidName.Source, "function", "analysis", "transcript"))
	}
	return err
}

// Failed says that a call broke, or never came about.
type Failed struct {
	Ref
	Reason    string `json:"reason"`
	EndClass  string `json:"end_class"`
	Direction string `json:"direction"`
	// FromNumber is in E.164, and empty if it was withheld.
	FromNumber string `json:"from_number,omitzero"`
	// BookingIntent says that the caller wanted an appointment.
	BookingIntent bool `json:"booking_intent"`
}

// EventName is the type on the wire.
func (Failed) EventName() string { return "call.failed" }

// Validate reports enums without meaning.
func (e Failed) Validate() error {
	return errors.Join(events.OneOf("direction", e.Direction, directions...), validEnd(e.EndClass))
}

// AppointmentBooked says that a call has led to an appointment.
type AppointmentBooked struct {
	Ref
	AppointmentID string    `json:"appointment_id"`
	StartsAt      time.Time `json:"starts_at"`
	EndsAt        time.Time `json:"ends_at"`
	ServiceID     string    `json:"service_id"`
	StaffID       string    `json:"staff_id,omitzero"`
	// Ordinal is 1 for the call's first appointment, 2 for its second.
	Ordinal     int  `json:"ordinal"`
	AfterHangup bool `json:"after_hangup"`
}

// EventName is the type on the wire.
func (AppointmentBooked) EventName() string { return "call.appointment_booked" }

// CostSettled says what a call has cost in the end.
type CostSettled struct {
	Ref
	CostCents int64  `json:"cost_cents"`
	Currency  string `json:"currency"`
	// VendorAmount is what the vendor charges, as a decimal, and Rate the exchange
	// rate that was taken.
	VendorAmount string `json:"vendor_amount"`
	Rate         string `json:"rate"`
}

// EventName is the type on the wire.
func (CostSettled) EventName() string { return "call.cost_settled" }

// CustomerLinked says whose call it is. A later link replaces it.
type CustomerLinked struct {
	Ref
	CustomerID         string `json:"customer_id"`
	PreviousCustomerID string `json:"previous_customer_id,omitzero"`
	// Method is phone, appointment, confirmed, manual or merged.
	Method     string `json:"method"`
	Confidence int    `json:"confidence"`
}

// EventName is the type on the wire.
func (CustomerLinked) EventName() string { return "call.customer_linked" }

// Validate reports a method without meaning.
func (e CustomerLinked) Validate() error {
	methods := []string{"phone", "appointment", "confirmed", "manual", "merged"}
	return events.OneOf("method", e.Method, methods...)
}
