package replay

import (
	"context"
	"sync"
	"time"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

const someone = "0198c0de-0000-7000-8000-0000000000a1"

// house stands for the domains: a life is recorded without any, so that a domain can
// change without touching a history. What it announces belongs to none either.
type house struct {
	activities.Customers
	activities.Availability
	activities.Appointments

	scenario lifeScenario
	mu       sync.Mutex
	answered map[string]bool // by step: whether the first answer was given
	view     *appointment.View
}

func newHouse(s lifeScenario) *house {
	if s.mode == "" {
		s.mode = appointment.CalendarMirror
	}
	if s.born == "" {
		s.born = appointment.Confirmed
	}
	return &house{scenario: s, answered: map[string]bool{}}
}

// step returns what the scenario has for the first time that a step is taken.
func (h *house) step(name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answered[name] {
		return nil
	}
	h.answered[name] = true
	if refusal := h.scenario.refuse[name]; refusal != nil {
		return refusal
	}
	return h.scenario.fail[name]
}

func said(what string) []events.Event { return []events.Event{placed{OrderID: what}} }

func (h *house) Elsewhere(context.Context, string, string, appointment.BookedFor, time.Time, time.Time) ([]appointment.Slot, error) {
	return nil, nil
}

func (h *house) NoteRefused(context.Context, string, time.Time, appointment.Prepared, []appointment.Alternative) error {
	return nil
}

func (h *house) StaffNames(context.Context, string) ([]customer.StaffName, error) { return nil, nil }

func (h *house) Resolve(context.Context, string, time.Time, customer.Query) (customer.Resolution, []events.Event, error) {
	return customer.Resolution{CustomerID: someone, Assurance: customer.AssuredPhone}, nil, h.step(workflows.StepResolve)
}

func (h *house) Prepare(_ context.Context, tenantID string, _ time.Time, r appointment.BookRequest, who appointment.BookedFor) (appointment.Prepared, []events.Event, error) {
	return appointment.Prepared{
		AppointmentID: appointment.ID(tenantID, r.By.Origin, r.Key), Request: r, For: who, Zone: "Europe/Berlin",
		CalendarMode: h.scenario.mode, Status: h.scenario.born,
	}, nil, h.step(workflows.StepPrepare)
}

func (h *house) FreeSlots(_ context.Context, _ string, _ time.Time, r availability.FreeSlotsRequest) (availability.FreeSlots, error) {
	return availability.FreeSlots{Slots: []availability.Slot{{StartsAt: r.Until, EndsAt: r.Until.Add(time.Hour), StaffIDs: []string{someone}}}}, nil
}

func rank(_ appointment.Wanted, free []appointment.Slot) []appointment.Alternative {
	return []appointment.Alternative{{Slot: free[0]}}
}

func (h *house) Hold(_ context.Context, _ string, _ time.Time, r availability.HoldRequest) (availability.Hold, []events.Event, error) {
	return availability.Hold{HoldID: r.HoldID, Phases: []availability.Placed{{
		Kind: availability.Busy, StaffID: someone, StartsAt: r.Start, EndsAt: r.Start.Add(time.Hour),
	}}}, nil, h.step(workflows.StepHold)
}

func (h *house) Release(context.Context, string, time.Time, availability.ReleaseRequest) (availability.Released, []events.Event, error) {
	return availability.Released{}, said("released"), h.step(workflows.StepRelease)
}

func (h *house) Record(context.Context, string, time.Time, appointment.Prepared, []appointment.Phase) error {
	return h.step(workflows.StepRecord)
}

func (h *house) MarkFailed(context.Context, string, time.Time, appointment.Prepared, appointment.FailureReason, bool) ([]events.Event, error) {
	return said("failed"), h.step(workflows.StepMarkFailed)
}

func (h *house) Convert(context.Context, string, time.Time, availability.ConvertRequest) (availability.Booked, []events.Event, error) {
	return availability.Booked{}, said("taken"), h.step(workflows.StepConvert)
}

func (h *house) Confirm(_ context.Context, _ string, _ time.Time, id string, _ []string, _ string) (appointment.View, []events.Event, error) {
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	h.view = &appointment.View{Ref: appointment.Ref{
		AppointmentID: id, Version: 1, Status: h.scenario.born, StartsAt: start, EndsAt: start.Add(time.Hour), Zone: "Europe/Berlin",
	}}
	return *h.view, said("created"), h.step(workflows.StepConfirm)
}

func (h *house) Get(context.Context, string, string) (appointment.View, error) { return *h.view, nil }

func (h *house) Timetable(context.Context, string, string) (appointment.Timetable, error) {
	v := h.view
	t := appointment.Timetable{Version: v.Version, Status: v.Status, EndsWatchAt: v.EndsAt.Add(24 * time.Hour)}
	switch v.Status {
	case appointment.Confirmed:
		t.CompleteAt = v.EndsAt.Add(30 * time.Minute)
		t.Reminders = []appointment.Reminder{{Kind: appointment.DayBefore, At: v.StartsAt.AddDate(0, 0, -1)}, {Kind: appointment.TwoHours, At: v.StartsAt.Add(-2 * time.Hour)}}
	case appointment.Pending:
		t.ConfirmBy = v.StartsAt.Add(-2 * time.Hour)
	default: // nothing is due
	}
	return t, nil
}

func (h *house) Remind(_ context.Context, _ string, _ time.Time, _ string, kind appointment.ReminderKind) ([]events.Event, error) {
	return said(string(kind)), h.step(workflows.StepRemind)
}

// become changes the appointment's status as a command does.
func (h *house) become(step string, status appointment.Status) (appointment.View, []events.Event, error) {
	if err := h.step(step); err != nil {
		return appointment.View{}, nil, err
	}
	h.view.Status = status
	h.view.Version++
	return *h.view, said(step), nil
}

func (h *house) Decide(context.Context, string, time.Time, appointment.Command) (appointment.View, []events.Event, error) {
	return h.become(workflows.StepDecide, appointment.StatusCancelled)
}

func (h *house) ConfirmPending(context.Context, string, time.Time, appointment.Command) (appointment.View, []events.Event, error) {
	return h.become(workflows.StepConfirmPending, appointment.Confirmed)
}

func (h *house) Complete(context.Context, string, time.Time, appointment.Command) (appointment.View, []events.Event, error) {
	return h.become(workflows.StepComplete, appointment.Completed)
}

func (h *house) Cancel(context.Context, string, time.Time, appointment.CancelRequest) (appointment.Cancellation, []events.Event, error) {
	view, announce, err := h.become(workflows.StepCancel, appointment.StatusCancelled)
	return appointment.Cancellation{Appointment: view}, announce, err
}

func (h *house) PrepareMove(_ context.Context, _ string, _ time.Time, r appointment.MoveRequest) (appointment.Move, []events.Event, error) {
	return appointment.Move{
		Request: r, StartsAt: r.StartsAt, EndsAt: r.StartsAt.Add(time.Hour), CalendarMode: h.scenario.mode, Appointment: *h.view,
	}, nil, h.step(workflows.StepPrepareMove)
}

func (h *house) Move(context.Context, string, time.Time, availability.MoveRequest) (availability.Moved, []events.Event, error) {
	return availability.Moved{}, said("time moved"), h.step(workflows.StepMoveTime)
}

func (h *house) RecordMove(_ context.Context, _ string, _ time.Time, m appointment.Move, _ []appointment.Phase) (appointment.View, []events.Event, error) {
	if err := h.step(workflows.StepRecordMove); err != nil {
		return appointment.View{}, nil, err
	}
	h.view.StartsAt, h.view.EndsAt = m.StartsAt, m.EndsAt
	h.view.Version++
	return *h.view, said("moved"), nil
}

// calendar is the house's, under a name of its own because of the methods'.
type calendar struct{ *house }

func (c calendar) Book(context.Context, string, appointment.Ref) ([]string, error) {
	return []string{"uid"}, c.step(workflows.StepCalendarBook)
}

func (c calendar) Cancel(context.Context, string, appointment.Ref) error {
	return c.step(workflows.StepCalendarCancel)
}
