package booking

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/domainstest"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// TestTwentySlotsForTwoHundredCallers has ten callers for each of twenty slots of one
// person, all at once, over two workers: twenty get theirs, and nobody's overlaps.
func TestTwentySlotsForTwoHundredCallers(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { rush(t, "") })
	t.Run("postgres", func(t *testing.T) { rush(t, domainstest.Postgres(t)) })
}

func rush(t *testing.T, database string) {
	const slots, callers = 20, 200
	s := newSalon(t, database)
	s.worker(t, binaries.worker)
	s.worker(t, binaries.worker)
	s.seed(t)
	free := s.free(t, "herren", "aylin", far(), 3)
	require.GreaterOrEqual(t, len(free), slots)

	commands := make([]workflows.BookCommand, callers)
	answers := make([]workflows.BookingAnswer, callers)
	errs := make([]error, callers)
	var all sync.WaitGroup
	for i := range callers {
		commands[i] = s.booking("herren", "aylin", free[i%slots].StartsAt, i)
		all.Go(func() { answers[i], errs[i] = s.desk().Book(t.Context(), commands[i]) })
	}
	all.Wait()

	booked := map[string]bool{}
	for i, answer := range answers {
		again := errs[i] != nil || answer.State == workflows.Processing
		if again { // what a caller does who has no answer
			answer = s.settled(t, commands[i])
		}
		switch answer.State {
		case workflows.Booked:
			require.Equal(t, again, answer.Duplicate)
			booked[answer.AppointmentID] = true
		case workflows.Refused:
			require.Equal(t, "slot_taken", answer.Refusal.Code, answer.Refusal)
			require.NotEmpty(t, answer.Alternatives, "%s is refused, and there is more free", answer.Refusal)
		default:
			require.Fail(t, "a booking is neither made nor refused", "%s: %v", answer.State, answer.Refusal)
		}
	}
	require.Len(t, booked, slots)
	listed := s.list(t, appointment.ListQuery{})
	require.Len(t, listed, slots)
	slices.SortFunc(listed, func(a, b appointment.Listed) int { return a.StartsAt.Compare(b.StartsAt) })
	for i, a := range listed {
		require.True(t, booked[a.AppointmentID])
		require.Equal(t, appointment.Confirmed, a.Status)
		require.Equal(t, []string{"Aylin Sommer"}, a.StaffNames)
		if i > 0 {
			require.False(t, a.StartsAt.Before(listed[i-1].EndsAt), "%s and %s overlap", listed[i-1].AppointmentID, a.AppointmentID)
		}
	}
}
