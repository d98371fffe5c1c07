package booking

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/workflows"
)

// happens publishes what a calendar outside tells, waits until everything that follows
// is delivered, and returns its types.
func (s *salon) happens(t *testing.T, e events.Event) map[string]int {
	t.Helper()
	correlation := newID()
	_, err := workflows.NewPublisher(connection.Client, s.config()).Publish(t.Context(), e, events.Tenant(s.tenant), events.Correlation(correlation))
	require.NoError(t, err)
	return s.types(t, correlation, func(types map[string]int) bool { return types[e.EventName()] > 0 })
}

// TestAnAppointmentFollowsTheCalendar has a customer book, move and cancel in the
// calendar, under names that change, and somebody else book over it there.
func TestAnAppointmentFollowsTheCalendar(t *testing.T) {
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	free := s.free(t, "damen", "mila", far(), 3)
	require.Greater(t, len(free), 2)
	made := time.Now().UTC()
	outside := func(uid string, slot, minutes int) calendar.Booking {
		return calendar.Booking{
			ConnectionID: "connection-1", UID: uid, BranchID: domains.DemoID("berlin"), ServiceID: domains.DemoID("damen"), StaffID: domains.DemoID("mila"),
			StartsAt: free[slot].StartsAt, EndsAt: free[slot].EndsAt, Zone: "Europe/Berlin", Source: "webhook", OccurredAt: made.Add(time.Duration(minutes) * time.Minute),
		}
	}
	created := func(b calendar.Booking, i int) calendar.BookingCreated {
		return calendar.BookingCreated{
			Booking: b, IdempotencyKey: calendar.Key(b.ConnectionID, b.UID), Status: calendar.Accepted,
			Customer: calendar.Attendee{Name: name(i), Email: fmt.Sprintf("gast-%d@probe.example", i)},
		}
	}

	types := s.happens(t, created(outside("b1", 0, 0), 0))

	require.Equal(t, []int{1, 1, 0}, []int{types["customer.created"], types["appointment.created"], types["availability.conflict_found"]}, types)
	id := appointment.ID(s.tenant, appointment.Calendar, calendar.Key("connection-1", "b1"))
	state, err := s.desk().State(t.Context(), id)
	require.NoError(t, err, "it has a life")
	require.Equal(t, []string{"calendar", "confirmed", "synced", "b1"}, []string{
		string(state.Appointment.Origin), string(state.Appointment.Status), state.Appointment.CalendarState, state.Appointment.CalendarUIDs[0],
	})
	require.Empty(t, s.shown(t), "the calendar is not told what it told us")

	taken := s.happens(t, created(outside("b9", 0, 1), 1))
	require.Equal(t, []int{0, 1}, []int{taken["appointment.created"], min(taken["appointment.attention_required"], 1)}, taken)
	gone := calendar.BookingCancelled{Booking: outside("b9", 0, 2), CancelledBy: "unknown"}
	require.Zero(t, s.happens(t, gone)["appointment.cancelled"])

	moved := s.happens(t, calendar.BookingUpdated{Booking: outside("b2", 2, 3), Change: calendar.Rescheduled, PreviousUID: "b1", ChangedBy: "customer"})
	require.Equal(t, []int{1, 0, 0}, []int{moved["appointment.rescheduled"], moved["appointment.attention_required"], moved["availability.conflict_found"]}, moved)
	again := s.happens(t, calendar.BookingUpdated{Booking: outside("b2", 2, 4), Change: calendar.Rescheduled, PreviousUID: "b1"})
	require.Zero(t, again["appointment.rescheduled"], "an echo: %v", again)
	first := s.booking("damen", "mila", free[0].StartsAt, 2)
	answer := s.settled(t, first)
	require.Equal(t, workflows.Booked, answer.State, "the old time is free, for what was over it is gone: %v", answer.Refusal)

	cancelled := s.happens(t, calendar.BookingCancelled{Booking: outside("b2", 2, 5), CancelledBy: "customer"})

	require.Equal(t, 1, cancelled["appointment.cancelled"], cancelled)
	require.NoError(t, connection.Client.GetWorkflow(t.Context(), workflows.AppointmentWorkflowID(id), "").Get(t.Context(), nil), "its life is over")
	for _, a := range s.list(t, appointment.ListQuery{}) {
		if a.AppointmentID == id {
			require.Equal(t, appointment.StatusCancelled, a.Status)
		}
	}
	answer = s.settled(t, s.booking("damen", "mila", free[2].StartsAt, 3))
	require.Equal(t, workflows.Booked, answer.State, "its time is free again: %v", answer.Refusal)
}
