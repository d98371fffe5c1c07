package appointment

import "time"

// CallbackTimetable says what time will bring to a callback, as it stands. The zero
// instant means never.
type CallbackTimetable struct {
	Callback Callback `json:"callback"`
	// Over says that it is closed.
	Over bool `json:"over,omitzero"`
	// WarningAt and BreachAt are when nobody has touched it for too long.
	WarningAt time.Time `json:"warning_at,omitzero"`
	BreachAt  time.Time `json:"breach_at,omitzero"`
	// Rises are the causes to raise its level, each good for one.
	Rises []Rise `json:"rises,omitzero"`
	// ExpiresAt is when it ends if nobody touches it.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// A Rise is a cause to raise the level of a callback.
type Rise struct {
	// Cause is untouched, late or attempts.
	Cause string `json:"cause"`
	// Reason is that of [CallbackEscalated].
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// CallbackAttempt is a try to reach somebody.
type CallbackAttempt struct {
	CallbackID string `json:"callback_id"`
	// Attempt counts from 1, which makes it safe to ask twice; 0 is the next one.
	Attempt int    `json:"attempt,omitzero"`
	Reached bool   `json:"reached"`
	Note    string `json:"note,omitzero"`
}

// CallbackOutcome closes a callback.
type CallbackOutcome struct {
	CallbackID    string `json:"callback_id"`
	Outcome       string `json:"outcome"`
	AppointmentID string `json:"appointment_id,omitzero"`
}

// CallbackQuery asks for callbacks, the most urgent first.
type CallbackQuery struct {
	BranchID string `json:"branch_id,omitzero"`
	StaffID  string `json:"staff_id,omitzero"`
	// All is those that are closed, too.
	All bool `json:"all,omitzero"`
	// Limit is at most 1000, and 100 if it is 0.
	Limit int `json:"limit,omitzero"`
}

// ListedCallback is a callback in a list.
type ListedCallback struct {
	Callback
	StaffName string `json:"staff_name,omitzero"`
	Zone      string `json:"zone"`
}
