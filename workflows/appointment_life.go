package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// AppointmentLifeType is the type of the workflow of one appointment.
const AppointmentLifeType = "appointment.life"

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
	// Reminded are the reminders that were announced, by kind and instant.
	Reminded []string `json:"reminded,omitzero"`
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
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return BookingAnswer{}, err
	}
	if len(l.failures) > 0 {
		return BookingAnswer{}, temporal.NewNonRetryableApplicationError(fmt.Sprintf("somebody has to look: %v", l.failures), "AttentionRequired", nil)
	}
	return l.booking(), nil
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
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
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

func (a appointed) key() string { return string(a.kind) + "@" + a.at.UTC().Format(time.RFC3339) }

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
		if !a.at.IsZero() && a.at.Before(next.at) {
			next = a
		}
	}
	consider(appointed{what: dueDecision, at: l.table.ConfirmBy})
	consider(appointed{what: dueCompletion, at: l.table.CompleteAt})
	for _, r := range l.table.Reminders {
		a := appointed{what: dueReminder, at: r.At, kind: r.Kind}
		if !contains(l.Reminded, a.key()) {
			consider(a)
		}
	}
	return next
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// strike does what is due. Its events keep the correlation and start again at hop
// 0: a clock is no reaction.
func (l *life) strike(ctx workflow.Context, due appointed) error {
	if err := l.turn.Lock(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	clock := appointment.Command{
		ID: due.what + "/" + due.key(), AppointmentID: l.AppointmentID,
		By: appointment.By{Origin: appointment.System, Role: appointment.SystemRole},
	}
	switch due.what {
	case dueReminder:
		l.Reminded = append(l.Reminded, due.key())
		answer, err := do[appointment.ReminderKind, struct{}](ctx, endless, StepRemind, request(l, due.key(), due.kind))
		if err != nil {
			return err
		}
		return l.announce(ctx, answer.Announce)
	case dueDecision:
		return l.byClock(ctx, StepDecide, clock)
	case dueCompletion:
		return l.byClock(ctx, StepComplete, clock)
	}
	return nil
}

// byClock runs a command of the clock. A refusal means that it has become moot.
func (l *life) byClock(ctx workflow.Context, step string, c appointment.Command) error {
	answer, err := do[appointment.Command, appointment.View](ctx, endless, step, request(l, c.ID, c))
	if err != nil {
		return err
	}
	if answer.Refusal != nil {
		l.Reminded = append(l.Reminded, c.ID)
		return workflow.Sleep(ctx, time.Minute) // what is due stays due until something changes
	}
	return l.announce(ctx, answer.Announce)
}

// announce publishes events, each once.
func (l *life) announce(ctx workflow.Context, all []events.Envelope) error {
	var started []workflow.Future
	for _, env := range all {
		started = append(started, startDelivery(ctx, env))
	}
	for i, future := range started {
		if err := isPublished(ctx, future); err != nil {
			return fmt.Errorf("publish %s %s: %w", all[i].Type, all[i].ID, err)
		}
	}
	return nil
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
