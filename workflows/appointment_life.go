package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// AppointmentLifeType is the type of the workflow of one appointment.
const AppointmentLifeType = "appointment.life"

// SourceOf returns the source of the events that the steps of a workflow announce.
func SourceOf(workflowType string) string { return "/herald/" + workflowType }

// AppointmentWorkflowID returns the id of the workflow of an appointment.
func AppointmentWorkflowID(appointmentID string) string { return "appointment/" + appointmentID }

// The updates that an appointment takes, and the query for its state.
const (
	BookUpdate       = "book"
	RescheduleUpdate = "reschedule"
	CancelUpdate     = "cancel"
	ConfirmUpdate    = "confirm"
	ChangeUpdate     = "update"
	CheckInUpdate    = "check_in"
	CompleteUpdate   = "complete"
	NoShowUpdate     = "mark_no_show"

	StateQuery = "state"
)

// A LifeStart is the input of an appointment's workflow.
type LifeStart struct {
	Cause         Cause  `json:"cause"`
	AppointmentID string `json:"appointment_id"`
	// Booked says that there should be an appointment already: the workflow goes on
	// with what is written of it.
	Booked bool `json:"booked,omitzero"`
	// Struck is what time has brought already, by what it is and its instant.
	Struck []string `json:"struck,omitzero"`
}

// LifeState answers [StateQuery].
type LifeState struct {
	Booking     string                 `json:"booking"`
	Appointment *appointment.View      `json:"appointment,omitzero"`
	Timetable   *appointment.Timetable `json:"timetable,omitzero"`
}

// life is the state of one run.
type life struct {
	LifeStart
	asked    *BookCommand // the booking that was asked for
	answer   *BookingAnswer
	view     *appointment.View
	table    appointment.Timetable
	unknown  *events.Refusal // there is no such appointment
	turn     workflow.Mutex  // commands and the clock take turns
	changes  int
	working  int      // commands that run or wait, whether or not somebody waits for them
	failures []string // what nobody but a person can put right
}

// AppointmentLife books an appointment and then lives as long as it can change:
// commands come as updates, what is due comes by timers. It fails only if somebody
// has to look after what it leaves behind.
func AppointmentLife(ctx workflow.Context, start LifeStart) (BookingAnswer, error) {
	l := &life{LifeStart: start, turn: workflow.NewMutex(ctx)}
	if err := l.listen(ctx); err != nil {
		return BookingAnswer{}, err
	}
	if !l.Booked {
		if err := l.book(ctx); err != nil {
			return BookingAnswer{}, err
		}
	}
	if l.Booked {
		if err := l.live(ctx); err != nil {
			return BookingAnswer{}, err
		}
	}
	if err := l.finish(ctx); err != nil {
		return BookingAnswer{}, err
	}
	if len(l.failures) > 0 {
		return BookingAnswer{}, temporal.NewNonRetryableApplicationError(fmt.Sprintf("somebody has to look: %v", l.failures), "AttentionRequired", nil)
	}
	return l.booking(), nil
}

// finish waits until every command is done, and answered.
func (l *life) finish(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return l.working == 0 && workflow.AllHandlersFinished(ctx) })
}

// booking is what became of the booking.
func (l *life) booking() BookingAnswer {
	switch {
	case l.answer != nil:
		return *l.answer
	case l.view != nil:
		return BookingAnswer{State: Booked, AppointmentID: l.AppointmentID, Appointment: l.view}
	case l.unknown != nil:
		return BookingAnswer{State: Refused, AppointmentID: l.AppointmentID, Refusal: l.unknown}
	}
	return BookingAnswer{State: Processing, AppointmentID: l.AppointmentID}
}

// live waits for what time brings, until nothing can change any more.
func (l *life) live(ctx workflow.Context) error {
	if err := l.load(ctx); err != nil || l.unknown != nil {
		return err
	}
	for {
		due := l.due(workflow.Now(ctx))
		if due.what == "" {
			return nil
		}
		seen := l.changes
		workflow.SetCurrentDetails(ctx, l.words(due))
		changed, err := workflow.AwaitWithTimeout(ctx, due.at.Sub(workflow.Now(ctx)), func() bool { return l.changes != seen })
		if err != nil {
			return err
		}
		if !changed {
			if err := l.strike(ctx, due); err != nil {
				return err
			}
		}
		if err := l.load(ctx); err != nil {
			return err
		}
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return l.startAnew(ctx)
		}
	}
}

// startAnew goes on in a new run with an empty history.
func (l *life) startAnew(ctx workflow.Context) error {
	if err := l.finish(ctx); err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(ctx, AppointmentLifeType, l.LifeStart)
}

// load reads what is written of the appointment.
func (l *life) load(ctx workflow.Context) error {
	view, err := do[string, appointment.View](ctx, endless, StepGet, request(l, "", l.AppointmentID))
	if err != nil {
		return err
	}
	if view.Refusal != nil {
		l.unknown = view.Refusal
		return nil
	}
	l.view = &view.Result
	table, err := do[string, appointment.Timetable](ctx, endless, StepTimetable, request(l, "", l.AppointmentID))
	if err != nil {
		return err
	}
	l.table = table.Result
	return nil
}

// What time brings to an appointment.
const (
	dueDecision   = "decide"
	dueReminder   = "remind"
	dueCompletion = "complete"
	dueEnd        = "end"
)

// An appointed is something that is due.
type appointed struct {
	what string
	at   time.Time
	kind appointment.ReminderKind
}

func (a appointed) key() string {
	return a.what + "/" + string(a.kind) + "@" + a.at.UTC().Format(time.RFC3339)
}

// due returns what comes next; nothing, if the appointment is over.
func (l *life) due(now time.Time) appointed {
	if l.view == nil || l.table.Status == appointment.StatusCancelled || l.table.Status == appointment.StatusFailed {
		return appointed{}
	}
	if l.table.EndsWatchAt.IsZero() || !now.Before(l.table.EndsWatchAt) {
		return appointed{}
	}
	next := appointed{what: dueEnd, at: l.table.EndsWatchAt}
	consider := func(a appointed) {
		if !a.at.IsZero() && a.at.Before(next.at) && !slices.Contains(l.Struck, a.key()) {
			next = a
		}
	}
	consider(appointed{what: dueDecision, at: l.table.ConfirmBy})
	consider(appointed{what: dueCompletion, at: l.table.CompleteAt})
	for _, r := range l.table.Reminders {
		consider(appointed{what: dueReminder, at: r.At, kind: r.Kind})
	}
	return next
}

// strike does what is due, once. Its events keep the correlation and start again at
// hop 0: a clock is no reaction. A refusal means that it has become moot.
func (l *life) strike(ctx workflow.Context, due appointed) error {
	if due.what == dueEnd {
		return nil
	}
	if err := l.turn.Lock(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	l.Struck = append(l.Struck, due.key())
	l.Cause.Hops, l.Cause.CausationID, l.Cause.CausedBy = 0, "", ""
	if due.what == dueReminder {
		answer, err := do[appointment.ReminderKind, struct{}](ctx, endless, StepRemind, request(l, due.key(), due.kind))
		if err != nil {
			return err
		}
		return announce(ctx, answer.Announce)
	}
	step := StepComplete
	if due.what == dueDecision {
		step = StepDecide
	}
	clock := appointment.Command{ID: due.key(), AppointmentID: l.AppointmentID, By: appointment.By{Origin: appointment.System, Role: appointment.SystemRole}}
	answer, err := do[appointment.Command, appointment.View](ctx, endless, step, request(l, clock.ID, clock))
	if err != nil {
		return err
	}
	return announce(ctx, answer.Announce)
}

// attention asks for a person, who has to look after what nothing else can mend.
func (l *life) attention(ctx workflow.Context, code, text string) error {
	l.failures = append(l.failures, text)
	env, err := sealAttention(ctx, l.Cause, appointment.AttentionRequired{AppointmentID: l.AppointmentID, Code: code, Text: text}, len(l.failures))
	if err != nil {
		return err
	}
	return announce(ctx, []events.Envelope{env})
}

// sealAttention makes the event that asks for a person. n tells apart what one run
// has to say under one code.
func sealAttention(ctx workflow.Context, c Cause, e appointment.AttentionRequired, n int) (events.Envelope, error) {
	info := workflow.GetInfo(ctx)
	return events.SealAt(workflow.Now(ctx), e,
		events.ID(events.DerivedID(e.AppointmentID, info.WorkflowExecution.RunID+"/"+e.Code, n)),
		events.Tenant(c.TenantID), events.Correlation(c.CorrelationID), events.Source(SourceOf(info.WorkflowType.Name)))
}

// request is a step's, with what its events inherit.
func request[T any](l *life, key string, of T) StepRequest[T] {
	return StepRequest[T]{Cause: l.Cause, Subject: l.AppointmentID, Key: key, Request: of}
}

// words say for the Web UI how the appointment stands.
func (l *life) words(due appointed) string {
	return fmt.Sprintf("| appointment | |\n|---|---|\n| status | %s |\n| version | %d |\n| starts | %s |\n| next | %s %s at %s |\n",
		l.view.Status, l.view.Version, l.view.StartsAt.UTC().Format(time.RFC3339), due.what, due.kind, due.at.UTC().Format(time.RFC3339))
}
