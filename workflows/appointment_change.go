package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// A ChangeCommand asks for a change of an appointment.
type ChangeCommand[T any] struct {
	Cause   Cause `json:"cause"`
	Request T     `json:"request"`
	// Wait is how long the caller waits for the result, [ChannelWait] at most.
	Wait time.Duration `json:"wait"`
}

// The states of a change; [Refused], [Failed] and [Processing] are others.
const (
	Done          BookingState = "done"
	NeedsApproval BookingState = "needs_approval"
)

// A ChangeAnswer says what became of a change.
type ChangeAnswer struct {
	State       BookingState      `json:"state"`
	Appointment *appointment.View `json:"appointment,omitzero"`
	Refusal     *events.Refusal   `json:"refusal,omitzero"`
	// Alternatives are what is free instead of a time that was refused.
	Alternatives []appointment.Alternative `json:"alternatives,omitzero"`
	Fee          appointment.Money         `json:"fee,omitzero"`
	WithinPolicy bool                      `json:"within_policy,omitzero"`
}

func refusal(r *events.Refusal) ChangeAnswer { return ChangeAnswer{State: Refused, Refusal: r} }

// listen takes the commands.
func (l *life) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandler(ctx, StateQuery, func() (LifeState, error) {
		return LifeState{Booking: string(l.booking().State), Appointment: l.view, Timetable: &l.table}, nil
	}); err != nil {
		return err
	}
	if err := workflow.SetUpdateHandler(ctx, BookUpdate, l.onBook); err != nil {
		return err
	}
	if err := change(ctx, l, RescheduleUpdate, l.reschedule, appointment.Pending, appointment.Confirmed); err != nil {
		return err
	}
	if err := change(ctx, l, CancelUpdate, l.cancel, appointment.Pending, appointment.Confirmed, appointment.StatusCancelled); err != nil {
		return err
	}
	if err := change(ctx, l, ChangeUpdate, l.update, appointment.Pending, appointment.Confirmed, appointment.InProgress); err != nil {
		return err
	}
	for _, c := range []struct {
		update, step string
		from         []appointment.Status
	}{
		{ConfirmUpdate, StepConfirmPending, []appointment.Status{appointment.Pending, appointment.Confirmed}},
		{CheckInUpdate, StepCheckIn, []appointment.Status{appointment.Confirmed, appointment.InProgress}},
		{CompleteUpdate, StepComplete, []appointment.Status{appointment.Confirmed, appointment.InProgress, appointment.NoShow, appointment.Completed}},
		{NoShowUpdate, StepMarkNoShow, []appointment.Status{appointment.Confirmed, appointment.Completed, appointment.NoShow}},
	} {
		handle := func(ctx workflow.Context, r appointment.Command) (ChangeAnswer, error) {
			return simple(ctx, l, c.step, r.ID, r)
		}
		if err := change(ctx, l, c.update, handle, c.from...); err != nil {
			return err
		}
	}
	return nil
}

// onBook answers a booking: with its result, or within the caller's patience with
// how far it is. It is asked again with the same key, and then answers the same.
func (l *life) onBook(ctx workflow.Context, c BookCommand) (BookingAnswer, error) {
	c.Wait = min(c.Wait, ChannelWait(c.Booking.By.Origin))
	again := l.asked != nil || l.Booked
	if !again {
		l.asked = &c
	}
	_, err := workflow.AwaitWithTimeout(ctx, c.Wait, func() bool { return l.answer != nil || l.Booked && l.view != nil || l.unknown != nil })
	answer := l.booking()
	answer.Duplicate = answer.Duplicate || again && answer.State == Booked
	return answer, err
}

// commanded is any request that concerns one appointment.
type commanded interface{ Head() appointment.Command }

// change registers an update. Its validator refuses what the appointment's state
// rules out, so that such a refusal leaves nothing in the history; the step judges
// the rest.
func change[T commanded](ctx workflow.Context, l *life, name string, handle func(workflow.Context, T) (ChangeAnswer, error), from ...appointment.Status) error {
	return workflow.SetUpdateHandlerWithOptions(ctx, name,
		func(ctx workflow.Context, c ChangeCommand[T]) (answer ChangeAnswer, err error) {
			settled := false
			l.working++
			workflow.Go(ctx, func(ctx workflow.Context) {
				answer, err = inTurn(ctx, l, c, handle)
				settled = true
				l.working--
			})
			wait := min(c.Wait, ChannelWait(c.Request.Head().By.Origin))
			if _, waitErr := workflow.AwaitWithTimeout(ctx, wait, func() bool { return settled }); waitErr != nil {
				return ChangeAnswer{}, waitErr
			}
			if !settled {
				return ChangeAnswer{State: Processing, Appointment: l.view}, nil
			}
			return answer, err
		},
		workflow.UpdateHandlerOptions{Validator: func(c ChangeCommand[T]) error { return l.validate(c.Request.Head(), from) }},
	)
}

// inTurn runs a command when those before it are done.
func inTurn[T commanded](ctx workflow.Context, l *life, c ChangeCommand[T], handle func(workflow.Context, T) (ChangeAnswer, error)) (ChangeAnswer, error) {
	if err := workflow.Await(ctx, func() bool { return l.view != nil || l.unknown != nil || l.answer != nil && !l.Booked }); err != nil {
		return ChangeAnswer{}, err
	}
	if err := l.turn.Lock(ctx); err != nil {
		return ChangeAnswer{}, err
	}
	defer l.turn.Unlock()
	if l.view == nil {
		return refusal(events.Refuse("not_found", "APT-60", "there is no appointment %s", l.AppointmentID)), nil
	}
	l.Cause = c.Cause
	answer, err := handle(ctx, c.Request)
	if answer.Appointment != nil {
		l.view = answer.Appointment
	}
	l.changes++
	return answer, err
}

// validate refuses what needs no look into the database.
func (l *life) validate(c appointment.Command, from []appointment.Status) error {
	if l.view == nil {
		return nil
	}
	if c.ExpectedVersion != 0 && c.ExpectedVersion != l.view.Version {
		return refused(events.Refuse("version_conflict", "APT-22", "version %d was expected, but the appointment is at version %d: read it again", c.ExpectedVersion, l.view.Version))
	}
	for _, status := range from {
		if status == l.view.Status {
			return nil
		}
	}
	return refused(events.Refuse("invalid_transition", "APT-22", "the appointment is %s: this is for one that is %v", l.view.Status, from))
}

// FailureRefused is the type of the error of an update that was refused at once; its
// details are the [events.Refusal].
const FailureRefused = "Refused"

func refused(r *events.Refusal) error {
	return temporal.NewApplicationErrorWithOptions(r.Error(), FailureRefused, temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{r}})
}

// simple runs a command that is a single step.
func simple[T any](ctx workflow.Context, l *life, step, key string, r T) (ChangeAnswer, error) {
	answer, err := do[T, appointment.View](ctx, patient, step, request(l, key, r))
	if err != nil {
		return ChangeAnswer{}, err
	}
	if err := announce(ctx, answer.Announce); err != nil {
		return ChangeAnswer{}, err
	}
	if answer.Refusal != nil {
		return refusal(answer.Refusal), nil
	}
	return ChangeAnswer{State: Done, Appointment: &answer.Result}, nil
}

// cancel ends the appointment here at once; the calendar is told by a listener.
func (l *life) cancel(ctx workflow.Context, r appointment.CancelRequest) (ChangeAnswer, error) {
	answer, err := do[appointment.CancelRequest, appointment.Cancellation](ctx, patient, StepCancel, request(l, r.ID, r))
	if err != nil {
		return ChangeAnswer{}, err
	}
	if err := announce(ctx, answer.Announce); err != nil {
		return ChangeAnswer{}, err
	}
	if answer.Refusal != nil {
		return refusal(answer.Refusal), nil
	}
	c := answer.Result
	return ChangeAnswer{State: Done, Appointment: &c.Appointment, Fee: c.Fee, WithinPolicy: c.WithinPolicy}, nil
}

// reschedule takes the new time first and lets the old one go last: whatever fails
// in between, the old appointment stands.
func (l *life) reschedule(ctx workflow.Context, r appointment.MoveRequest) (ChangeAnswer, error) {
	prepared, err := do[appointment.MoveRequest, appointment.Move](ctx, patient, StepPrepareMove, request(l, r.ID, r))
	if err != nil {
		return ChangeAnswer{}, err
	}
	if err := announce(ctx, prepared.Announce); err != nil {
		return ChangeAnswer{}, err
	}
	move := prepared.Result
	answer := ChangeAnswer{State: Done, Appointment: &move.Appointment, Fee: move.Fee, WithinPolicy: move.WithinPolicy}
	if prepared.Refusal != nil {
		return refusal(prepared.Refusal), nil
	}
	if move.Unchanged {
		return answer, nil
	}
	const approvalHold = 120 // minutes, APT-28
	minutes := sagaHold
	if move.NeedsApproval {
		minutes = approvalHold
	}
	hold, refusedBy, err := l.holdFor(ctx, r.ID, move.Demand, move.StartsAt, r.By, minutes)
	if err != nil {
		return ChangeAnswer{}, err
	}
	if refusedBy != nil {
		answer := refusal(refusedBy)
		if workflow.GetVersion(ctx, "move-alternatives", workflow.DefaultVersion, 1) > workflow.DefaultVersion {
			answer.Alternatives = l.alternatives(ctx, AlternativesRequest{Session: l.AppointmentID, Prepared: wantedBy(move)})
		}
		return answer, nil
	}
	if move.NeedsApproval {
		asked, err := do[RequestMoveRequest, struct{}](ctx, patient, StepRequestMove, request(l, r.ID, RequestMoveRequest{Move: move, State: string(NeedsApproval)}))
		if err != nil {
			return ChangeAnswer{}, err
		}
		answer.State = NeedsApproval
		return answer, announce(ctx, asked.Announce)
	}
	if refusedBy, err := l.moveCalendar(ctx, move, hold); err != nil || refusedBy != nil {
		return refusal(refusedBy), err
	}
	moved, err := do[availability.MoveRequest, availability.Moved](ctx, pivotal, StepMoveTime, request(l, r.ID, availability.MoveRequest{AppointmentID: l.AppointmentID, HoldID: hold.HoldID}))
	if err != nil || moved.Refusal != nil {
		return refusal(moved.Refusal), l.restore(ctx, move, err)
	}
	recorded, err := do[RecordMoveRequest, appointment.View](ctx, endless, StepRecordMove, request(l, r.ID, RecordMoveRequest{Move: move, Phases: phasesOf(hold.Phases)}))
	if err != nil {
		return ChangeAnswer{}, err
	}
	if err := announce(ctx, append(moved.Announce, recorded.Announce...)); err != nil {
		return ChangeAnswer{}, err
	}
	answer.Appointment = &recorded.Result
	return answer, nil
}

// wantedBy is a move as the booking that it would be.
func wantedBy(m appointment.Move) appointment.Prepared {
	v := m.Appointment
	return appointment.Prepared{
		AppointmentID: v.AppointmentID, Zone: v.Zone, Demand: m.Demand,
		Request: appointment.BookRequest{By: m.Request.By, BranchID: v.BranchID, ServiceID: v.ServiceID, StartsAt: m.StartsAt},
		For:     appointment.BookedFor{CustomerID: v.CustomerID, AttendeeName: v.AttendeeName},
	}
}

// holdFor holds time for a change of the appointment.
func (l *life) holdFor(ctx workflow.Context, command string, demand availability.Demand, start time.Time, by appointment.By, minutes int) (availability.Hold, *events.Refusal, error) {
	hold, err := do[availability.HoldRequest, availability.Hold](ctx, quick, StepHold, request(l, command, availability.HoldRequest{
		HoldID: events.DerivedID(l.AppointmentID, command, 0), Session: l.AppointmentID, Channel: string(by.Origin), Owner: l.AppointmentID,
		Demand: demand, Start: start, Minutes: minutes, Staff: by.Origin == appointment.Staff,
	}))
	if err == nil {
		err = announce(ctx, hold.Announce)
	}
	return hold.Result, hold.Refusal, err
}

// moveCalendar tells a calendar that has the last word. If it says no, or nothing,
// the held time is given back; if it may show something else now, it is told how the
// appointment stands.
func (l *life) moveCalendar(ctx workflow.Context, move appointment.Move, hold availability.Hold) (*events.Refusal, error) {
	if move.CalendarMode != appointment.CalendarAuthoritative {
		return nil, nil
	}
	ask := entryOf(move.Appointment, move.Request.ID)
	ask.Version++
	ask.StartsAt, ask.EndsAt = move.StartsAt, move.EndsAt
	const movePatience = 2 * time.Minute
	entry, err := do[CalendarRequest, CalendarEntry](ctx, vendor(movePatience), StepCalendarBook, request(l, "", ask))
	if err == nil && entry.Refusal == nil {
		return nil, nil
	}
	answer := entry.Refusal
	if err != nil {
		answer = events.Refuse("calendar_unavailable", "APT-25", "the calendar did not answer, the appointment stays: %s", failureText(err))
	}
	if err != nil || len(entry.Result.UIDs) > 0 {
		if err := l.restore(ctx, move, nil); err != nil {
			return nil, err
		}
	}
	released, err := do[availability.ReleaseRequest, availability.Released](ctx, undoing, StepRelease, request(l, hold.HoldID,
		availability.ReleaseRequest{HoldID: hold.HoldID, Owner: l.AppointmentID, Reason: availability.ReleasedCompensated}))
	if err != nil {
		return nil, err
	}
	return answer, announce(ctx, released.Announce)
}

// restore has the calendar show the appointment as it stands, and returns cause.
func (l *life) restore(ctx workflow.Context, move appointment.Move, cause error) error {
	if move.CalendarMode != appointment.CalendarAuthoritative {
		return cause
	}
	entry, err := do[CalendarRequest, CalendarEntry](ctx, undoing, StepCalendarBook, request(l, "restore", entryOf(move.Appointment, move.Request.ID+"/restore")))
	if err == nil && entry.Refusal != nil && workflow.GetVersion(ctx, "restore-refused", workflow.DefaultVersion, 1) > workflow.DefaultVersion {
		err = entry.Refusal
	}
	if err != nil {
		if err := l.attention(ctx, "calendar_differs", "the calendar shows another time: "+failureText(err)); err != nil {
			return err
		}
	}
	return cause
}

func entryOf(v appointment.View, key string) CalendarRequest {
	return CalendarRequest{Key: v.AppointmentID + "/" + key, AppointmentID: v.AppointmentID, Version: v.Version, StartsAt: v.StartsAt, EndsAt: v.EndsAt, Zone: v.Zone, Display: v.Display}
}

// update changes what is not the time; another person or service needs time first.
func (l *life) update(ctx workflow.Context, r appointment.UpdateRequest) (ChangeAnswer, error) {
	prepared, err := do[appointment.UpdateRequest, appointment.Change](ctx, patient, StepPrepareUpdate, request(l, r.ID, r))
	if err != nil {
		return ChangeAnswer{}, err
	}
	if prepared.Refusal != nil {
		return refusal(prepared.Refusal), nil
	}
	if !prepared.Result.NeedsTime {
		return simple(ctx, l, StepUpdate, r.ID, r)
	}
	hold, refusedBy, err := l.holdFor(ctx, r.ID, prepared.Result.Demand, prepared.Result.StartsAt, r.By, sagaHold)
	if err != nil || refusedBy != nil {
		return refusal(refusedBy), err
	}
	moved, err := do[availability.MoveRequest, availability.Moved](ctx, pivotal, StepMoveTime, request(l, r.ID, availability.MoveRequest{AppointmentID: l.AppointmentID, HoldID: hold.HoldID}))
	if err != nil || moved.Refusal != nil {
		return refusal(moved.Refusal), err
	}
	if err := announce(ctx, moved.Announce); err != nil {
		return ChangeAnswer{}, err
	}
	r.Phases = phasesOf(hold.Phases)
	return simple(ctx, l, StepUpdate, r.ID, r)
}
