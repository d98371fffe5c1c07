package replay

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// A lifeScenario is one path through the life of an appointment.
type lifeScenario struct {
	name string
	// mode is the service's calendar mode; mirror, if it is empty.
	mode string
	// born is the status that the appointment has at first; confirmed, if empty.
	born appointment.Status
	// refuse and fail are what a step answers the first time.
	refuse map[string]*events.Refusal
	fail   map[string]error
	// then is what is asked of the booked appointment. A life that nothing is asked
	// of skips time until it is over.
	then func(t *testing.T, l booked)
	want workflows.BookingState
}

var lives = []lifeScenario{
	{name: "life-completed", want: workflows.Booked},
	{name: "life-authoritative", mode: appointment.CalendarAuthoritative, fail: map[string]error{workflows.StepCalendarBook: errDown, workflows.StepConvert: errDown}, want: workflows.Booked},
	{name: "life-refused", refuse: map[string]*events.Refusal{workflows.StepHold: events.Refuse("slot_taken", "AVL-42", "the time has just gone")}, want: workflows.Refused},
	{name: "life-conflict", mode: appointment.CalendarAuthoritative, refuse: map[string]*events.Refusal{
		workflows.StepCalendarBook: events.Refuse("calendar_conflict", "APT-62", "taken there"),
	}, fail: map[string]error{workflows.StepRelease: errDown}, want: workflows.Refused},
	{name: "life-hold-lost", mode: appointment.CalendarAuthoritative, refuse: map[string]*events.Refusal{
		workflows.StepConvert: events.Refuse("hold_lost", "AVL-40", "gone"),
	}, want: workflows.Refused},
	{name: "life-cancelled", want: workflows.Booked, then: func(t *testing.T, l booked) { l.cancelled(t) }},
	{name: "life-rescheduled", mode: appointment.CalendarAuthoritative, want: workflows.Booked, then: func(t *testing.T, l booked) {
		require.Equal(t, workflows.Done, l.moved(t).State)
		l.cancelled(t)
	}},
	{
		name: "life-move-fails", mode: appointment.CalendarAuthoritative, want: workflows.Booked,
		refuse: map[string]*events.Refusal{workflows.StepMoveTime: events.Refuse("hold_lost", "AVL-40", "gone")},
		then: func(t *testing.T, l booked) {
			require.Equal(t, "hold_lost", l.moved(t).Refusal.Code)
			l.cancelled(t)
		},
	},
	{name: "life-decided", born: appointment.Pending, want: workflows.Booked},
	{name: "life-confirmed", born: appointment.Pending, want: workflows.Booked, then: func(t *testing.T, l booked) {
		answer, err := l.desk.Confirm(t.Context(), workflows.ChangeCommand[appointment.Command]{Cause: l.cause, Request: l.command("c"), Wait: patience})
		require.NoError(t, err)
		require.Equal(t, workflows.Done, answer.State)
		l.cancelled(t)
	}},
}

const patience = 10 * time.Second

// booked is an appointment that commands can be given to.
type booked struct {
	desk  *workflows.Appointments
	cause workflows.Cause
	id    string
	start time.Time
}

func (l booked) command(id string) appointment.Command {
	return appointment.Command{ID: id, AppointmentID: l.id, By: appointment.By{Origin: appointment.Staff}}
}

func (l booked) cancelled(t *testing.T) {
	t.Helper()
	answer, err := l.desk.Cancel(t.Context(), workflows.ChangeCommand[appointment.CancelRequest]{
		Cause: l.cause, Request: appointment.CancelRequest{Command: l.command("x")}, Wait: patience,
	})
	require.NoError(t, err)
	require.Equal(t, workflows.Done, answer.State)
}

func (l booked) moved(t *testing.T) workflows.ChangeAnswer {
	t.Helper()
	answer, err := l.desk.Reschedule(t.Context(), workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: l.cause, Request: appointment.MoveRequest{Command: l.command("m"), StartsAt: l.start.AddDate(0, 0, 1)}, Wait: patience,
	})
	require.NoError(t, err)
	return answer
}

func recordLife(t *testing.T, c client.Client, s lifeScenario) {
	registry, err := events.NewRegistry(testTypes, nil)
	require.NoError(t, err)
	config := workflows.Config{Namespace: "default", TaskQueue: "replay-" + s.name}
	w := worker.New(c, config.TaskQueue, worker.Options{})
	workflows.Register(w, registry.TypeNames())
	h := newHouse(s)
	activities.New(registry, events.DefaultRetry(), slog.New(slog.DiscardHandler)).Register(w)
	activities.Life{Customers: h, Availability: h, Appointments: h, Calendar: calendar{h}, Rank: rank}.Register(w)
	require.NoError(t, w.Start())
	defer w.Stop()

	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	cause := workflows.Cause{TenantID: tenant, CorrelationID: "c-" + s.name, TimeSkipping: s.then == nil}
	l := booked{desk: workflows.NewAppointments(c, config), cause: cause, start: start, id: appointment.ID(tenant, appointment.Web, s.name)}
	answer, err := l.desk.Book(t.Context(), workflows.BookCommand{Cause: cause, Wait: patience, Booking: appointment.BookRequest{
		Key: s.name, By: appointment.By{Origin: appointment.Web}, StartsAt: start,
	}})
	require.NoError(t, err)
	require.Equal(t, s.want, answer.State, "%v", answer.Refusal)
	if s.then != nil {
		s.then(t, l)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := c.GetWorkflow(ctx, workflows.AppointmentWorkflowID(l.id), "")
	require.NoError(t, run.Get(ctx, nil))
	save(t, c, lifeFile(s), run.GetID(), run.GetRunID())
}
