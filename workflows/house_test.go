package workflows_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
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
	who     appointment.BookedFor  // for whom it was booked last
	view    *appointment.View      // what is written down
	status  appointment.Status     // to be born with
	table   *appointment.Timetable // instead of the usual one
	claims  map[string]bool        // holds and bookings
	entries map[string]time.Time   // the calendar's
	wrong   time.Duration          // what the calendar's next entry is wrong by
	told    bool                   // the customer waited until the booking had failed
	shown   string                 // the calendar state that was written down
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

func (h *house) Elsewhere(context.Context, string, string, appointment.BookedFor, time.Time, time.Time) ([]appointment.Slot, error) {
	return nil, nil
}

func (h *house) NoteRefused(context.Context, string, time.Time, appointment.Prepared, []appointment.Alternative) error {
	return nil
}

func (h *house) StaffNames(context.Context, string) ([]customer.StaffName, error) { return nil, nil }

func (h *house) Resolve(context.Context, string, time.Time, customer.Query) (customer.Resolution, []events.Event, error) {
	return customer.Resolution{CustomerID: staffMember, Assurance: customer.AssuredPhone, Trusted: true}, nil, h.step("resolve")
}

func (h *house) Prepare(_ context.Context, _ string, _ time.Time, r appointment.BookRequest, who appointment.BookedFor) (appointment.Prepared, []events.Event, error) {
	h.who = who
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

func (h *house) MarkFailed(_ context.Context, _ string, _ time.Time, _ appointment.Prepared, _ appointment.FailureReason, told bool) ([]events.Event, error) {
	h.told = told
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

func (h *house) Confirm(_ context.Context, _ string, _ time.Time, id string, uids []string, state string) (appointment.View, []events.Event, error) {
	if err := h.step("confirm"); err != nil {
		return appointment.View{}, nil, err
	}
	h.shown = strings.Join(append(uids, state), " ")
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
	wrong := c.wrong
	c.wrong, c.entries[ref.AppointmentID] = 0, ref.StartsAt.Add(wrong)
	if wrong != 0 {
		return []string{"uid"}, events.Refuse("calendar_conflict", "APT-62", "the calendar holds something else")
	}
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
	return resultOf[workflows.BookingAnswer](t, w)
}

// answerOf is what an update was answered.
func answerOf[T any](t *testing.T, u *updated) T {
	t.Helper()
	require.True(t, u.done, "the update has no answer")
	require.NoError(t, u.err)
	answer, ok := u.answer.(T)
	require.True(t, ok, "%T", u.answer)
	return answer
}

// resultOf is what a workflow that is over has returned.
func resultOf[T any](t *testing.T, w interface {
	IsWorkflowCompleted() bool
	GetWorkflowError() error
	GetWorkflowResult(value any) error
},
) (result T) {
	t.Helper()
	require.True(t, w.IsWorkflowCompleted())
	require.NoError(t, w.GetWorkflowError())
	require.NoError(t, w.GetWorkflowResult(&result))
	return result
}

func (u *updated) booking(t *testing.T) workflows.BookingAnswer {
	t.Helper()
	return answerOf[workflows.BookingAnswer](t, u)
}

func (u *updated) change(t *testing.T) workflows.ChangeAnswer {
	t.Helper()
	return answerOf[workflows.ChangeAnswer](t, u)
}
