package booking

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// TestAnAppointmentLivesUntilItIsOver books in some weeks' time and has the server
// skip it: two reminders come due, and the appointment completes by itself.
func TestAnAppointmentLivesUntilItIsOver(t *testing.T) {
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	free := s.free(t, "damen", "mila", far(), 3)
	require.NotEmpty(t, free)
	c := s.booking("damen", "mila", free[0].StartsAt, 0)
	c.Cause.TimeSkipping = true

	answer := s.settled(t, c)

	require.Equal(t, workflows.Booked, answer.State, "%v", answer.Refusal)
	types := s.types(t, c.Cause.CorrelationID, func(types map[string]int) bool { return types["appointment.completed"] > 0 })
	require.Equal(t, 1, types["appointment.created"], types)
	require.Equal(t, 2, types["appointment.reminder_due"], types)
	require.Equal(t, 1, types["appointment.completed"], types)
	listed := s.list(t, appointment.ListQuery{})
	require.Len(t, listed, 1)
	require.Equal(t, appointment.Completed, listed[0].Status)
	again := s.settled(t, c)
	require.True(t, again.Duplicate, "the same key is the same appointment, when its life is over, too")
	require.Equal(t, answer.AppointmentID, again.AppointmentID)
}
