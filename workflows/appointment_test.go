package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

const (
	appointmentID = "b318dc7a-c90f-55cd-80ea-f353d4ed6c6a"
	staffMember   = "0198c0de-0000-7000-8000-0000000000a1"
)

var start = time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC)

// house stands for the domains: it writes down which steps were taken, and answers
// as the test wants.
type house struct {
	activities.Customers
	activities.Availability
	activities.Appointments

	now     func() time.Time // the workflow's: an activity of the test suite has the wall's
	mu      sync.Mutex
	steps   []string
	mode    string                 // the service's calendar mode
	fail    map[string][]error     // by step: what the next attempts answer
	view    *appointment.View      // what is written down
	status  appointment.Status     // to be born with
	table   *appointment.Timetable // instead of the usual one
	claims  map[string]bool        // holds and bookings
	entries map[string]time.Time   // the calendar's
}

func newHouse() *house {
	return &house{mode: appointment.CalendarMirror, fail: map[string][]error{}, status: appointment.Confirmed, claims: map[string]bool{}, entries: map[string]time.Time{}}
}

// step writes a step down and returns the error that is due.
func (h *house) step(name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.steps = append(h.steps, name)
	if len(h.fail[name]) == 0 {
		return nil
	}
	err := h.fail[name][0]
	h.fail[name] = h.fail[name][1:]
	return err
}

func (h *house) count(step string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.steps {
		if s == step {
			n++
		}
	}
	return n
}

func (h *house) Resolve(context.Context, string, time.Time, customer.Query) (customer.Resolution, []events.Event, error) {
	return customer.Resolution{CustomerID: staffMember, Assurance: customer.AssuredPhone}, nil, h.step("resolve")
}

func (h *house) Prepare(_ context.Context, _ string, _ time.Time, r appointment.BookRequest, who appointment.BookedFor) (appointment.Prepared, []events.Event, error) {
	return appointment.Prepared{AppointmentID: appointmentID, Request: r, For: who, Zone: "Europe/Berlin", CalendarMode: h.mode, Status: h.status, Existing: h.view}, nil, h.step("prepare")
}

func (h *house) FreeSlots(context.Context, string, time.Time, availability.FreeSlotsRequest) (availability.FreeSlots, error) {
	return availability.FreeSlots{Slots: []availability.Slot{{StartsAt: start.Add(time.Hour), EndsAt: start.Add(2 * time.Hour), StaffIDs: []string{staffMember}}}}, nil
}

func rank(_ appointment.Wanted, free []appointment.Slot) []appointment.Alternative {
	return []appointment.Alternative{{Slot: free[0]}}
}

func (h *house) Hold(_ context.Context, _ string, _ time.Time, r availability.HoldRequest) (availability.Hold, []events.Event, error) {
	if err := h.step("hold"); err != nil {
		return availability.Hold{}, nil, err
	}
	h.claims[r.HoldID] = true
	return availability.Hold{HoldID: r.HoldID, Phases: []availability.Placed{{Kind: availability.Busy, StaffID: staffMember, StartsAt: r.Start, EndsAt: r.Start.Add(time.Hour)}}}, nil, nil
}

func (h *house) Release(_ context.Context, _ string, _ time.Time, r availability.ReleaseRequest) (availability.Released, []events.Event, error) {
	if err := h.step("release"); err != nil {
		return availability.Released{}, nil, err
	}
	delete(h.claims, r.HoldID)
	return availability.Released{}, nil, nil
}

func (h *house) Record(_ context.Context, _ string, _ time.Time, p appointment.Prepared, phases []appointment.Phase) error {
	if err := h.step("record"); err != nil {
		return err
	}
	h.view = nil
	return nil
}

func (h *house) MarkFailed(context.Context, string, time.Time, appointment.Prepared, appointment.FailureReason, bool) ([]events.Event, error) {
	return []events.Event{placed{OrderID: "failed"}}, h.step("mark-failed")
}

func (h *house) Convert(_ context.Context, _ string, _ time.Time, r availability.ConvertRequest) (availability.Booked, []events.Event, error) {
	if err := h.step("convert"); err != nil {
		return availability.Booked{}, nil, err
	}
	delete(h.claims, r.HoldID)
	h.claims[r.AppointmentID] = true
	return availability.Booked{}, nil, nil
}

func (h *house) Confirm(_ context.Context, _ string, _ time.Time, id string, _ []string, _ string) (appointment.View, []events.Event, error) {
	if err := h.step("confirm"); err != nil {
		return appointment.View{}, nil, err
	}
	h.view = &appointment.View{Ref: appointment.Ref{AppointmentID: id, Version: 1, Status: h.status, StartsAt: start, EndsAt: start.Add(time.Hour), Zone: "Europe/Berlin"}}
	return *h.view, []events.Event{placed{OrderID: "created"}}, nil
}

func (h *house) Get(_ context.Context, _ string, id string) (appointment.View, error) {
	if h.view == nil {
		return appointment.View{}, events.Refuse("not_found", "TEN-5", "there is no appointment %s", id)
	}
	return *h.view, nil
}

func (h *house) Timetable(context.Context, string, string) (appointment.Timetable, error) {
	v := h.view
	t := appointment.Timetable{Version: v.Version, Status: v.Status, EndsWatchAt: v.EndsAt.Add(24 * time.Hour)}
	if v.Status == appointment.Confirmed {
		t.CompleteAt = v.EndsAt.Add(30 * time.Minute)
		t.Reminders = []appointment.Reminder{{Kind: appointment.DayBefore, At: v.StartsAt.AddDate(0, 0, -1)}, {Kind: appointment.TwoHours, At: v.StartsAt.Add(-2 * time.Hour)}}
	}
	if v.Status == appointment.Pending {
		t.ConfirmBy = v.StartsAt.Add(-2 * time.Hour)
	}
	return t, nil
}

func (h *house) Remind(_ context.Context, _ string, _ time.Time, _ string, kind appointment.ReminderKind) ([]events.Event, error) {
	return []events.Event{placed{OrderID: string(kind)}}, h.step("remind " + string(kind) + " " + h.now().UTC().Format(time.RFC3339))
}

// become changes the appointment's status as a command does.
func (h *house) become(step string, status appointment.Status) (appointment.View, []events.Event, error) {
	if err := h.step(step); err != nil {
		return appointment.View{}, nil, err
	}
	h.view.Status = status
	h.view.Version++
	return *h.view, []events.Event{placed{OrderID: step}}, nil
}

func (h *house) Decide(context.Context, string, time.Time, appointment.Command) (appointment.View, []events.Event, error) {
	return h.become("decide", appointment.StatusCancelled)
}

func (h *house) ConfirmPending(context.Context, string, time.Time, appointment.Command) (appointment.View, []events.Event, error) {
	return h.become("confirm-pending", appointment.Confirmed)
}

func (h *house) Complete(context.Context, string, time.Time, appointment.Command) (appointment.View, []events.Event, error) {
	return h.become("complete", appointment.Completed)
}

func (h *house) MarkNoShow(context.Context, string, time.Time, appointment.Command) (appointment.View, []events.Event, error) {
	return h.become("no-show", appointment.NoShow)
}

func (h *house) Cancel(context.Context, string, time.Time, appointment.CancelRequest) (appointment.Cancellation, []events.Event, error) {
	view, announce, err := h.become("cancel", appointment.StatusCancelled)
	return appointment.Cancellation{Appointment: view}, announce, err
}

func (h *house) PrepareMove(_ context.Context, _ string, _ time.Time, r appointment.MoveRequest) (appointment.Move, []events.Event, error) {
	return appointment.Move{Request: r, StartsAt: r.StartsAt, EndsAt: r.StartsAt.Add(time.Hour), CalendarMode: h.mode, Appointment: *h.view}, nil, h.step("prepare-move")
}

func (h *house) Move(_ context.Context, _ string, _ time.Time, r availability.MoveRequest) (availability.Moved, []events.Event, error) {
	if err := h.step("move"); err != nil {
		return availability.Moved{}, nil, err
	}
	delete(h.claims, r.HoldID)
	return availability.Moved{}, nil, nil
}

func (h *house) RecordMove(_ context.Context, _ string, _ time.Time, m appointment.Move, _ []appointment.Phase) (appointment.View, []events.Event, error) {
	if err := h.step("record-move"); err != nil {
		return appointment.View{}, nil, err
	}
	h.view.StartsAt, h.view.EndsAt = m.StartsAt, m.EndsAt
	h.view.Version++
	return *h.view, []events.Event{placed{OrderID: "moved"}}, nil
}

// calendar is the house's, under a name of its own because of the methods'.
type calendar struct{ *house }

func (c calendar) Book(_ context.Context, _ string, ref appointment.Ref) ([]string, error) {
	if err := c.step("calendar-book"); err != nil {
		return nil, err
	}
	c.entries[ref.AppointmentID] = ref.StartsAt
	return []string{"uid"}, nil
}

func (c calendar) Cancel(_ context.Context, _ string, ref appointment.Ref) error {
	if err := c.step("calendar-cancel"); err != nil {
		return err
	}
	delete(c.entries, ref.AppointmentID)
	return nil
}

// lifeWorld runs lives against a house.
type lifeWorld struct {
	*house
	*testsuite.TestWorkflowEnvironment
	published []string
}

func newLifeWorld(t *testing.T, h *house) *lifeWorld {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	w := &lifeWorld{house: h, TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment()}
	h.now = w.Now
	w.SetTestTimeout(time.Minute)
	w.SetStartTime(start.AddDate(0, 0, -7))
	w.RegisterWorkflowWithOptions(workflows.AppointmentLife, workflow.RegisterOptions{Name: workflows.AppointmentLifeType})
	w.RegisterWorkflowWithOptions(func(_ workflow.Context, env events.Envelope) error {
		w.published = append(w.published, env.Subject)
		return nil
	}, workflow.RegisterOptions{Name: "order.placed"})
	w.RegisterWorkflowWithOptions(func(_ workflow.Context, env events.Envelope) error {
		w.published = append(w.published, env.Type)
		return nil
	}, workflow.RegisterOptions{Name: "appointment.attention_required"})
	activities.Life{Customers: h, Availability: h, Appointments: h, Calendar: calendar{h}, Rank: rank}.Register(w)
	return w
}

var cause = workflows.Cause{TenantID: tenant, CorrelationID: "c-1"}

// updated is what an update answered.
type updated struct {
	done   bool
	at     time.Time
	answer any
	err    error
}

// send sends an update after d.
func (w *lifeWorld) send(d time.Duration, name string, command any) *updated {
	u := &updated{}
	w.RegisterDelayedCallback(func() {
		w.UpdateWorkflow(name, fmt.Sprintf("%s-%s", name, d), &testsuite.TestUpdateCallback{
			OnAccept:   func() {},
			OnReject:   func(err error) { u.err, u.done, u.at = err, true, w.Now() },
			OnComplete: func(answer any, err error) { u.answer, u.err, u.done, u.at = answer, err, true, w.Now() },
		}, command)
	}, d)
	return u
}

func (w *lifeWorld) book(wait time.Duration) *updated {
	return w.send(0, workflows.BookUpdate, workflows.BookCommand{
		Cause: cause, Wait: wait,
		Booking: appointment.BookRequest{Key: "k", By: appointment.By{Origin: appointment.Web}, StartsAt: start},
	})
}

func command(id string, version int) appointment.Command {
	return appointment.Command{ID: id, AppointmentID: appointmentID, ExpectedVersion: version, By: appointment.By{Origin: appointment.Staff}}
}

func (w *lifeWorld) live(t *testing.T) workflows.BookingAnswer {
	t.Helper()
	w.ExecuteWorkflow(workflows.AppointmentLifeType, workflows.LifeStart{Cause: cause, AppointmentID: appointmentID})
	require.True(t, w.IsWorkflowCompleted())
	require.NoError(t, w.GetWorkflowError())
	var answer workflows.BookingAnswer
	require.NoError(t, w.GetWorkflowResult(&answer))
	return answer
}

func (u *updated) booking(t *testing.T) workflows.BookingAnswer {
	t.Helper()
	require.True(t, u.done, "the update has no answer")
	require.NoError(t, u.err)
	answer, ok := u.answer.(workflows.BookingAnswer)
	require.True(t, ok, "%T", u.answer)
	return answer
}

func (u *updated) change(t *testing.T) workflows.ChangeAnswer {
	t.Helper()
	require.True(t, u.done, "the update has no answer")
	require.NoError(t, u.err)
	answer, ok := u.answer.(workflows.ChangeAnswer)
	require.True(t, ok, "%T", u.answer)
	return answer
}

func TestABookingIsConfirmedRemindedAndCompleted(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, newHouse())
	booked := w.book(5 * time.Second)

	answer := w.live(t)

	require.Equal(t, workflows.Booked, booked.booking(t).State)
	require.Equal(t, workflows.Booked, answer.State)
	require.Equal(t, []string{
		"resolve", "prepare", "hold", "record", "convert", "confirm",
		"remind day_before 2027-03-29T08:00:00Z", "remind two_hours 2027-03-30T06:00:00Z", "complete",
	}, w.steps)
	require.Equal(t, []string{"created", "day_before", "two_hours", "complete"}, w.published)
}

func TestWhatIsNotFreeIsRefusedWithAlternatives(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fail["hold"] = []error{events.Refuse("slot_taken", "AVL-42", "the time has just gone")}
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	w.live(t)

	answer := booked.booking(t)
	require.Equal(t, workflows.Refused, answer.State)
	require.Equal(t, "slot_taken", answer.Refusal.Code)
	require.Equal(t, start.Add(time.Hour), answer.Alternatives[0].StartsAt)
	require.Equal(t, []string{"resolve", "prepare", "hold"}, w.steps)
	require.Empty(t, w.published)
}

func TestAPT61_TheCalendarsNoTakesEverythingBackInReverse(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["calendar-book"] = []error{events.Refuse("calendar_conflict", "APT-62", "taken there")}
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	w.live(t)

	require.Equal(t, workflows.Refused, booked.booking(t).State)
	require.Equal(t, []string{"resolve", "prepare", "hold", "record", "calendar-book", "mark-failed", "calendar-cancel", "release"}, w.steps)
	require.Empty(t, h.claims)
	require.Empty(t, h.entries)
	require.Equal(t, []string{"failed"}, w.published)
}

func TestTimeThatIsLostTakesEverythingBack(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["convert"] = []error{errors.New("deadlock"), events.Refuse("hold_lost", "AVL-40", "gone")}
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	w.live(t)

	require.Equal(t, "hold_lost", booked.booking(t).Refusal.Code)
	require.Equal(t, 2, h.count("convert"))
	require.Empty(t, h.claims)
	require.Empty(t, h.entries)
}

func TestAPT63_ASlowCalendarIsAnsweredAsProcessing(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["calendar-book"] = []error{errors.New("503"), errors.New("503"), errors.New("503")}
	w := newLifeWorld(t, h)
	booked := w.book(3 * time.Second)
	again := w.send(time.Minute, workflows.BookUpdate, workflows.BookCommand{Cause: cause, Wait: time.Second})

	w.live(t)

	require.Equal(t, workflows.Processing, booked.booking(t).State)
	require.WithinDuration(t, start.AddDate(0, 0, -7).Add(3*time.Second), booked.at, time.Second)
	require.Equal(t, workflows.Booked, again.booking(t).State)
	require.True(t, again.booking(t).Duplicate)
	require.Equal(t, 1, h.count("confirm"))
}

func TestACalendarThatStaysAwayFailsTheBooking(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["calendar-book"] = slices.Repeat([]error{errors.New("503")}, 100)
	w := newLifeWorld(t, h)
	w.book(3 * time.Second)

	answer := w.live(t)

	require.Equal(t, workflows.Failed, answer.State)
	require.Equal(t, "calendar_unavailable", answer.Refusal.Code)
	require.Empty(t, h.claims)
}

func TestACompensationThatFailsHoldsNobodyUpAndIsReported(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fail["record"] = slices.Repeat([]error{errors.New("disk full")}, 10)
	h.fail["mark-failed"] = slices.Repeat([]error{errors.New("disk full")}, 1000)
	w := newLifeWorld(t, h)
	w.book(3 * time.Second)

	w.ExecuteWorkflow(workflows.AppointmentLifeType, workflows.LifeStart{Cause: cause, AppointmentID: appointmentID})

	require.ErrorContains(t, w.GetWorkflowError(), "somebody has to look: [appointments.mark-failed: ")
	require.Empty(t, h.claims, "the time was given back all the same")
	require.Equal(t, []string{"appointment.attention_required"}, w.published)
}

func TestAPendingBookingIsDecidedAtItsDeadline(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.status = appointment.Pending
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)

	w.live(t)

	require.Equal(t, []string{"created", "decide"}, w.published)
	require.Equal(t, appointment.StatusCancelled, h.view.Status)
}

func TestACancellationEndsTheLife(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, newHouse())
	w.book(5 * time.Second)
	cancelled := w.send(time.Hour, workflows.CancelUpdate, workflows.ChangeCommand[appointment.CancelRequest]{
		Cause: cause, Wait: time.Second, Request: appointment.CancelRequest{Command: command("x", 1)},
	})

	w.live(t)

	require.Equal(t, workflows.Done, cancelled.change(t).State)
	require.Equal(t, []string{"created", "cancel"}, w.published)
	require.Zero(t, w.count("complete"))
}

func TestAMoveTakesTheNewTimeFirstAndPlansTheRemindersAnew(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	later := start.AddDate(0, 0, 1)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: 5 * time.Second, Request: appointment.MoveRequest{Command: command("m", 1), StartsAt: later},
	})

	w.live(t)

	require.Equal(t, 2, moved.change(t).Appointment.Version)
	require.Equal(t, later, h.entries[appointmentID])
	require.Equal(t, []string{"prepare-move", "hold", "calendar-book", "move", "record-move", "remind day_before 2027-03-30T08:00:00Z", "remind two_hours 2027-03-31T06:00:00Z", "complete"}, w.steps[7:])
}

func TestAPT25_AMoveThatFailsLeavesTheAppointmentAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["move"] = []error{events.Refuse("hold_lost", "AVL-40", "gone")}
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.MoveRequest{Command: command("m", 0), StartsAt: start.AddDate(0, 0, 1)},
	})

	w.live(t)

	require.Equal(t, "hold_lost", moved.change(t).Refusal.Code)
	require.Equal(t, start, h.entries[appointmentID], "the calendar shows the old time again")
	require.Equal(t, start, h.view.StartsAt)
}

func TestAPT23_OfTwoCommandsAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, newHouse())
	w.book(5 * time.Second)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.MoveRequest{Command: command("m", 1), StartsAt: start.AddDate(0, 0, 1)},
	})
	stale := w.send(time.Hour+time.Minute, workflows.CancelUpdate, workflows.ChangeCommand[appointment.CancelRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.CancelRequest{Command: command("x", 1)},
	})

	w.live(t)

	require.Equal(t, workflows.Done, moved.change(t).State)
	require.ErrorContains(t, stale.err, "version_conflict (APT-22): version 1 was expected, but the appointment is at version 2")
	require.Zero(t, w.count("cancel"), "a refusal by the validator leaves nothing behind")
}

func TestACommandForNobodysAppointmentIsRefused(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, newHouse())
	cancelled := w.send(0, workflows.CancelUpdate, workflows.ChangeCommand[appointment.CancelRequest]{
		Cause: cause, Wait: time.Second, Request: appointment.CancelRequest{Command: command("x", 0)},
	})

	w.ExecuteWorkflow(workflows.AppointmentLifeType, workflows.LifeStart{Cause: cause, AppointmentID: appointmentID, Booked: true})

	require.NoError(t, w.GetWorkflowError())
	require.Equal(t, "not_found", cancelled.change(t).Refusal.Code)
}

func TestALifeEndsOnlyWhenEveryCommandIsDone(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fail["no-show"] = []error{errors.New("locked"), errors.New("locked")}
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	end := start.Add(25 * time.Hour).Sub(start.AddDate(0, 0, -7))
	marked := w.send(end-50*time.Millisecond, workflows.NoShowUpdate, workflows.ChangeCommand[appointment.Command]{Cause: cause, Wait: time.Millisecond, Request: command("n", 0)})

	w.live(t)

	require.Equal(t, workflows.Processing, marked.change(t).State, "whoever asked has gone")
	require.Equal(t, 3, h.count("no-show"))
	require.Equal(t, appointment.NoShow, h.view.Status)
}
