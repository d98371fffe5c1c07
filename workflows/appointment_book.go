package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
)

// A BookCommand asks for an appointment.
type BookCommand struct {
	Cause   Cause                   `json:"cause"`
	Booking appointment.BookRequest `json:"booking"`
	Who     customer.Query          `json:"who"`
	// Session is the call's, or the portal's: its own hold does not stand in its way.
	Session string `json:"session,omitzero"`
	// Wait is how long the caller waits for the result, [ChannelWait] at most.
	Wait time.Duration `json:"wait"`
}

// ChannelWait is the longest that anybody is kept waiting for an answer over a
// channel. A caller on the telephone hears silence for that long.
func ChannelWait(channel appointment.Origin) time.Duration {
	const onTheTelephone, elsewhere = 3 * time.Second, 5 * time.Second
	if channel == appointment.Voice {
		return onTheTelephone
	}
	return elsewhere
}

// A BookingState is how far a booking is.
type BookingState string

// The states of a booking.
const (
	Booked     BookingState = "booked"
	Refused    BookingState = "refused"
	Failed     BookingState = "failed"
	Processing BookingState = "processing"
)

// A BookingAnswer says what became of a booking, or that it is still at work.
type BookingAnswer struct {
	State         BookingState      `json:"state"`
	AppointmentID string            `json:"appointment_id"`
	Appointment   *appointment.View `json:"appointment,omitzero"`
	// Duplicate says that the same key was booked before.
	Duplicate    bool                      `json:"duplicate,omitzero"`
	Refusal      *events.Refusal           `json:"refusal,omitzero"`
	Alternatives []appointment.Alternative `json:"alternatives,omitzero"`
}

const (
	// askedWithin is how long a life that was started waits for what it is for.
	askedWithin = time.Minute
	// calendarPatience is how long the saga asks a calendar that does not answer.
	calendarPatience = 15 * time.Minute
	// sagaHold is how long the time stays held while the booking is at work, AVL-41.
	sagaHold = 20
)

// saga is one booking at work.
type saga struct {
	*life
	command  BookCommand
	prepared appointment.Prepared
	hold     availability.Hold
	undo     []compensation // in the order of the steps
}

// A compensation takes back what a step has done.
type compensation struct {
	name string
	run  func(ctx workflow.Context) error
}

// book runs the saga: hold the time, write the booking down, tell the calendar,
// take the time, confirm. Before the time is taken a failure takes everything back;
// after it, the steps are tried until they succeed.
func (l *life) book(ctx workflow.Context) error {
	asked, err := workflow.AwaitWithTimeout(ctx, askedWithin, func() bool { return l.asked != nil })
	if err != nil || !asked {
		return err
	}
	if err := l.turn.Lock(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	l.Cause = l.asked.Cause
	s := &saga{life: l, command: *l.asked}
	return s.run(ctx)
}

func (s *saga) run(ctx workflow.Context) error {
	if done, err := s.prepare(ctx); err != nil || done {
		return err
	}
	if done, err := s.take(ctx); err != nil || done {
		return err
	}
	uids, state, failed, err := s.tellCalendar(ctx)
	if err != nil {
		return err
	}
	if failed != nil {
		return s.compensate(ctx, *failed, failureOf(failed.Code))
	}
	booked, err := do[availability.ConvertRequest, availability.Booked](ctx, pivotal, StepConvert, request(s.life, "",
		availability.ConvertRequest{HoldID: s.hold.HoldID, AppointmentID: s.AppointmentID, Session: s.command.Session}))
	switch {
	case err != nil:
		return s.compensate(ctx, *events.Refuse("internal", "APT-61", "the time could not be taken: %s", failureText(err)), appointment.Internal)
	case booked.Refusal != nil:
		return s.compensate(ctx, *booked.Refusal, appointment.HoldLost)
	}
	confirmed, err := do[ConfirmRequest, appointment.View](ctx, endless, StepConfirm, request(s.life, "",
		ConfirmRequest{AppointmentID: s.AppointmentID, CalendarUIDs: uids, CalendarState: state}))
	if err != nil {
		return err
	}
	if err := announce(ctx, append(booked.Announce, confirmed.Announce...)); err != nil {
		return err
	}
	s.view, s.Booked = &confirmed.Result, true
	s.settle(BookingAnswer{State: Booked, Appointment: &confirmed.Result})
	return nil
}

func (s *saga) settle(answer BookingAnswer) {
	answer.AppointmentID = s.AppointmentID
	s.answer = &answer
}

// prepare finds the customer and the terms. done says that there is an answer.
func (s *saga) prepare(ctx workflow.Context) (done bool, err error) {
	who, err := do[customer.Query, customer.Resolution](ctx, quick, StepResolve, request(s.life, s.AppointmentID, s.command.Who))
	if err != nil {
		return true, s.giveUp(err)
	}
	if err := announce(ctx, who.Announce); err != nil {
		return true, err
	}
	if who.Refusal != nil {
		s.settle(BookingAnswer{State: Refused, Refusal: who.Refusal})
		return true, nil
	}
	booking := s.command.Booking
	if booking.ContactOverride == nil {
		booking.ContactOverride = who.Result.ContactOverride
	}
	if booking.AttendeeName == "" {
		booking.AttendeeName = who.Result.AttendeeName
	}
	prepared, err := do[PrepareRequest, appointment.Prepared](ctx, quick, StepPrepare, request(s.life, workflow.GetInfo(ctx).WorkflowExecution.RunID, PrepareRequest{
		Booking: booking,
		For: appointment.BookedFor{
			CustomerID: who.Result.CustomerID, AttendeeName: booking.AttendeeName,
			Restriction: string(who.Result.Restriction), Assurance: appointment.Assurance(who.Result.Assurance),
			Trusted: who.Result.Trusted,
		},
	}))
	if err != nil {
		return true, s.giveUp(err)
	}
	if err := announce(ctx, prepared.Announce); err != nil {
		return true, err
	}
	s.prepared = prepared.Result
	switch {
	case prepared.Refusal != nil:
		s.settle(BookingAnswer{State: Refused, Refusal: prepared.Refusal})
		return true, nil
	case s.prepared.Existing != nil:
		existing := s.prepared.Existing
		s.settle(BookingAnswer{State: Booked, Appointment: existing, Duplicate: true})
		if existing.AppointmentID == s.AppointmentID {
			s.view, s.Booked = existing, true // its life ended early, or was lost: it goes on here
		} else {
			s.answer.AppointmentID = existing.AppointmentID
		}
		return true, nil
	}
	return false, nil
}

// giveUp answers a booking that has not begun to take anything.
func (s *saga) giveUp(err error) error {
	s.settle(BookingAnswer{State: Failed, Refusal: events.Refuse("internal", "APT-61", "the booking could not be made: %s", failureText(err))})
	return nil
}

// take holds the time and writes the booking down.
func (s *saga) take(ctx workflow.Context) (done bool, err error) {
	b := s.prepared.Request
	holdID := events.DerivedID(s.AppointmentID, workflow.GetInfo(ctx).WorkflowExecution.RunID, 0)
	release := compensation{StepRelease, func(ctx workflow.Context) error {
		answer, err := do[availability.ReleaseRequest, availability.Released](ctx, undoing, StepRelease, request(s.life, "compensated/"+holdID,
			availability.ReleaseRequest{HoldID: holdID, Owner: s.AppointmentID, Reason: availability.ReleasedCompensated}))
		if err != nil {
			return err
		}
		return announce(ctx, answer.Announce)
	}}
	hold, err := do[availability.HoldRequest, availability.Hold](ctx, quick, StepHold, request(s.life, "", availability.HoldRequest{
		HoldID: holdID, Session: s.command.Session, Channel: string(b.By.Origin), Owner: s.AppointmentID,
		Demand: s.prepared.Demand, Start: b.StartsAt, Minutes: sagaHold, Staff: b.By.Origin == appointment.Staff,
	}))
	if err != nil { // it may be held: nobody knows
		s.undo = []compensation{release}
		return true, s.compensate(ctx, *events.Refuse("internal", "APT-61", "the time could not be held: %s", failureText(err)), appointment.Internal)
	}
	if hold.Refusal != nil {
		s.settle(BookingAnswer{State: Refused, Refusal: hold.Refusal, Alternatives: s.alternatives(ctx, AlternativesRequest{Session: s.command.Session, Prepared: s.prepared})})
		return true, nil
	}
	s.hold, s.undo = hold.Result, []compensation{release}
	if err := announce(ctx, hold.Announce); err != nil {
		return true, err
	}
	record, err := do[RecordRequest, struct{}](ctx, patient, StepRecord, request(s.life, "", RecordRequest{Prepared: s.prepared, Phases: phasesOf(hold.Result.Phases)}))
	switch {
	case err != nil:
		return true, s.compensate(ctx, *events.Refuse("internal", "APT-61", "the booking could not be written down: %s", failureText(err)), appointment.Internal)
	case record.Refusal != nil:
		return true, s.compensate(ctx, *record.Refusal, appointment.CalendarConflict)
	}
	return false, nil
}

// tellCalendar asks the calendar where it has the last word.
func (s *saga) tellCalendar(ctx workflow.Context) (uids []string, state string, failed *events.Refusal, err error) {
	made := s.prepared.Request.CalendarUIDs
	switch s.prepared.CalendarMode {
	case appointment.CalendarNone:
		if len(made) > 0 { // it was booked there, and came here from there
			return made, appointment.CalendarSynced, nil, nil
		}
		return nil, appointment.CalendarNone, nil, nil
	case appointment.CalendarMirror:
		return made, appointment.CalendarPending, nil, nil
	}
	ask := s.calendarRequest(ctx)
	s.undo = append(s.undo, compensation{StepCalendarCancel, func(ctx workflow.Context) error {
		undo := ask
		undo.Key += "/undo"
		_, err := do[CalendarRequest, struct{}](ctx, undoing, StepCalendarCancel, request(s.life, "", undo))
		return err
	}})
	entry, err := do[CalendarRequest, CalendarEntry](ctx, vendor(calendarPatience), StepCalendarBook, request(s.life, "", ask))
	if err != nil {
		return nil, "", events.Refuse("calendar_unavailable", "APT-62", "the calendar did not answer: %s", failureText(err)), nil
	}
	return entry.Result.UIDs, appointment.CalendarSynced, entry.Refusal, nil
}

func (s *saga) calendarRequest(ctx workflow.Context) CalendarRequest {
	phases := s.hold.Phases
	return CalendarRequest{
		Key:           workflow.GetInfo(ctx).WorkflowExecution.RunID + "/book",
		AppointmentID: s.AppointmentID, Version: 1,
		StartsAt: phases[0].StartsAt, EndsAt: phases[len(phases)-1].EndsAt,
		Zone: s.prepared.Zone, Display: s.prepared.Display,
	}
}

func failureOf(code string) appointment.FailureReason {
	if code == "calendar_conflict" {
		return appointment.CalendarConflict
	}
	return appointment.CalendarUnavailable
}

// compensate takes back what was done, the last step first. What fails is tried for
// a day without holding up the rest, and the caller does not wait for it.
func (s *saga) compensate(ctx workflow.Context, why events.Refusal, reason appointment.FailureReason) error {
	answer := BookingAnswer{State: Failed, Refusal: &why}
	if reason == appointment.CalendarConflict || reason == appointment.HoldLost {
		answer = BookingAnswer{State: Refused, Refusal: &why, Alternatives: s.alternatives(ctx, AlternativesRequest{Session: s.command.Session, Prepared: s.prepared})}
	}
	told := workflow.Now(ctx).Before(workflow.GetInfo(ctx).WorkflowStartTime.Add(s.command.Wait))
	s.undo = append(s.undo, compensation{StepMarkFailed, func(ctx workflow.Context) error {
		failed, err := do[MarkFailedRequest, struct{}](ctx, undoing, StepMarkFailed, request(s.life, workflow.GetInfo(ctx).WorkflowExecution.RunID,
			MarkFailedRequest{Prepared: s.prepared, Reason: reason, Told: told}))
		if err != nil {
			return err
		}
		return announce(ctx, failed.Announce)
	}})
	const patience = 5 * time.Second
	running := workflow.NewWaitGroup(ctx)
	var failed []string
	for i := len(s.undo) - 1; i >= 0; i-- {
		c, done := s.undo[i], false
		running.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer running.Done()
			defer func() { done = true }()
			if err := c.run(ctx); err != nil {
				failed = append(failed, c.name+": "+failureText(err))
			}
		})
		if _, err := workflow.AwaitWithTimeout(ctx, patience, func() bool { return done }); err != nil {
			return err
		}
	}
	s.settle(answer)
	running.Wait(ctx)
	for _, text := range failed {
		if err := s.attention(ctx, "compensation_failed", text); err != nil {
			return err
		}
	}
	return nil
}

// alternatives asks what else is free. A refusal without any is better than none.
func (l *life) alternatives(ctx workflow.Context, q AlternativesRequest) []appointment.Alternative {
	found, err := do[AlternativesRequest, []appointment.Alternative](ctx, quick, StepAlternatives, request(l, "", q))
	if err != nil {
		workflow.GetLogger(ctx).Warn("no alternatives", "appointment_id", l.AppointmentID, "error", err)
	}
	return found.Result
}

// phasesOf names the phases of a hold in the words of appointments.
func phasesOf(placed []availability.Placed) []appointment.Phase {
	var phases []appointment.Phase
	for _, p := range placed {
		phases = append(phases, appointment.Phase(p))
	}
	return phases
}
