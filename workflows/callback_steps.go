package workflows

// The steps of a callback's life.
const (
	StepAssignCallback    = "appointments.assign-callback"
	StepCallbackTimetable = "appointments.callback-timetable"
	StepCallbackOverdue   = "appointments.callback-overdue"
	StepEscalateCallback  = "appointments.escalate-callback"
	StepExpireCallback    = "appointments.expire-callback"
	StepLogAttempt        = "appointments.log-attempt"
	StepCompleteCallback  = "appointments.complete-callback"
)

// OverdueRequest is the input of [StepCallbackOverdue].
type OverdueRequest struct {
	CallbackID  string `json:"callback_id"`
	OpenMinutes int    `json:"open_minutes"`
}

// EscalateRequest is the input of [StepEscalateCallback].
type EscalateRequest struct {
	CallbackID string `json:"callback_id"`
	Level      int    `json:"level"`
	Reason     string `json:"reason"`
}
