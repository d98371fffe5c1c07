package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// The steps of an appointment's life, each an activity of a domain. All of them may
// run again with the same request.
const (
	StepResolve        = "customers.resolve"
	StepPrepare        = "appointments.prepare"
	StepAlternatives   = "appointments.alternatives"
	StepRecord         = "appointments.record"
	StepMarkFailed     = "appointments.mark-failed"
	StepConfirm        = "appointments.confirm"
	StepGet            = "appointments.get"
	StepTimetable      = "appointments.timetable"
	StepRemind         = "appointments.remind"
	StepPrepareMove    = "appointments.prepare-move"
	StepRequestMove    = "appointments.request-move"
	StepRecordMove     = "appointments.record-move"
	StepCancel         = "appointments.cancel"
	StepConfirmPending = "appointments.confirm-pending"
	StepDecide         = "appointments.decide"
	StepPrepareUpdate  = "appointments.prepare-update"
	StepUpdate         = "appointments.update"
	StepCheckIn        = "appointments.check-in"
	StepComplete       = "appointments.complete"
	StepMarkNoShow     = "appointments.mark-no-show"
	StepHold           = "availability.hold"
	StepRelease        = "availability.release"
	StepConvert        = "availability.convert"
	StepMoveTime       = "availability.move"
	StepCalendarBook   = "calendarsync.book"
	StepCalendarCancel = "calendarsync.cancel"
)

// Cause is where a command comes from: what it causes inherits this.
type Cause struct {
	TenantID      string `json:"tenant_id"`
	CorrelationID string `json:"correlation_id"`
	CausationID   string `json:"causation_id,omitzero"`
	Hops          int    `json:"hops,omitzero"`
	CausedBy      string `json:"caused_by,omitzero"`
	TraceParent   string `json:"trace_parent,omitzero"`
	TimeSkipping  bool   `json:"time_skipping,omitzero"`
}

// A StepRequest is the input of a step.
type StepRequest[T any] struct {
	Cause Cause `json:"cause"`
	// Subject is the appointment that the step is about, and Key tells what it
	// announces from what another step does about the same version.
	Subject string `json:"subject"`
	Key     string `json:"key,omitzero"`
	Request T      `json:"request"`
}

// A StepAnswer is the result of a step. A refusal is a result, too, so that it is
// neither tried again nor shown as a failure.
type StepAnswer[R any] struct {
	Result   R                 `json:"result"`
	Announce []events.Envelope `json:"announce,omitzero"`
	Refusal  *events.Refusal   `json:"refusal,omitzero"`
}

// PrepareRequest is the input of [StepPrepare].
type PrepareRequest struct {
	Booking appointment.BookRequest `json:"booking"`
	For     appointment.BookedFor   `json:"for"`
}

// RecordRequest is the input of [StepRecord] and, with another time, of
// [StepRecordMove].
type RecordRequest struct {
	Prepared appointment.Prepared `json:"prepared"`
	Phases   []appointment.Phase  `json:"phases"`
}

// MarkFailedRequest is the input of [StepMarkFailed].
type MarkFailedRequest struct {
	Prepared appointment.Prepared      `json:"prepared"`
	Reason   appointment.FailureReason `json:"reason"`
	Told     bool                      `json:"told"`
}

// ConfirmRequest is the input of [StepConfirm].
type ConfirmRequest struct {
	AppointmentID string   `json:"appointment_id"`
	CalendarUIDs  []string `json:"calendar_uids,omitzero"`
	CalendarState string   `json:"calendar_state"`
}

// RecordMoveRequest is the input of [StepRecordMove].
type RecordMoveRequest struct {
	Move   appointment.Move    `json:"move"`
	Phases []appointment.Phase `json:"phases"`
}

// RequestMoveRequest is the input of [StepRequestMove]; its state is needs_approval
// or processing.
type RequestMoveRequest struct {
	Move  appointment.Move `json:"move"`
	State string           `json:"state"`
}

// AlternativesRequest is the input of [StepAlternatives].
type AlternativesRequest struct {
	Session  string               `json:"session,omitzero"`
	Prepared appointment.Prepared `json:"prepared"`
}

// CalendarRequest is the input of [StepCalendarBook] and [StepCalendarCancel]: what
// the calendar shall show of an appointment.
type CalendarRequest struct {
	// Key is the idempotency key towards the calendar.
	Key           string              `json:"key"`
	AppointmentID string              `json:"appointment_id"`
	Version       int                 `json:"version"`
	StartsAt      time.Time           `json:"starts_at"`
	EndsAt        time.Time           `json:"ends_at"`
	Zone          string              `json:"zone"`
	Display       appointment.Display `json:"display"`
}

// CalendarEntry is the answer of [StepCalendarBook]. With a refusal it names what is
// in the calendar and should not be.
type CalendarEntry struct {
	UIDs []string `json:"uids"`
}

// A pace says how long an attempt of a step may take, and when it is tried again.
type pace struct {
	timeout  time.Duration
	first    time.Duration
	factor   float64
	longest  time.Duration
	attempts int32         // 0 is no limit
	within   time.Duration // of all attempts; 0 is no limit
}

// The paces of the steps.
var (
	quick   = pace{timeout: 3 * time.Second, first: 200 * time.Millisecond, factor: 2, longest: 5 * time.Second, attempts: 5}
	patient = pace{timeout: 3 * time.Second, first: 200 * time.Millisecond, factor: 2, longest: 5 * time.Second, attempts: 10}
	pivotal = pace{timeout: 3 * time.Second, first: 200 * time.Millisecond, factor: 2, longest: 10 * time.Second, within: 10 * time.Minute}
	endless = pace{timeout: 5 * time.Second, first: 200 * time.Millisecond, factor: 2, longest: time.Minute}
	undoing = pace{timeout: 15 * time.Second, first: time.Second, factor: 2, longest: 10 * time.Minute, within: 24 * time.Hour}
)

// vendor is the pace of a call to the calendar: 1, 5, 25, 60 … seconds apart.
func vendor(within time.Duration) pace {
	return pace{timeout: 15 * time.Second, first: time.Second, factor: 5, longest: time.Minute, within: within}
}

// do runs a step.
func do[T, R any](ctx workflow.Context, p pace, name string, request StepRequest[T]) (answer StepAnswer[R], err error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    p.timeout,
		ScheduleToCloseTimeout: p.within,
		Summary:                name,
		Priority:               temporal.Priority{PriorityKey: 1, FairnessKey: request.Cause.TenantID},
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: p.first, BackoffCoefficient: p.factor, MaximumInterval: p.longest, MaximumAttempts: p.attempts,
		},
	})
	err = workflow.ExecuteActivity(ctx, name, request).Get(ctx, &answer)
	return answer, err
}
