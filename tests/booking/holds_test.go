package booking

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

// hold keeps a time of Mila's for a session.
func (s *salon) hold(t *testing.T, session string, at time.Time) (workflows.Cause, availability.Hold, error) {
	t.Helper()
	p := ask[appointment.Prepared](t, s, workflows.StepDemand, appointment.SlotsQuery{
		By: appointment.By{Origin: appointment.Web}, BranchID: domains.DemoID("berlin"),
		ServiceID: domains.DemoID("damen"), StaffID: domains.DemoID("mila"), From: at, Session: session,
	})
	cause := s.cause()
	held, err := workflows.NewHolds(connection.Client, s.config()).Hold(t.Context(), workflows.HoldCommand[availability.HoldRequest]{
		Cause: cause, Request: availability.HoldRequest{HoldID: newID(), Session: session, Channel: "web", Demand: p.Demand, Start: at},
	})
	return cause, held, err
}

// TestAHoldIsForItsSession keeps a time from others, and lets its own session book it.
func TestAHoldIsForItsSession(t *testing.T) {
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	free := s.free(t, "damen", "mila", far(), 3)
	require.Greater(t, len(free), 1)
	cause, held, err := s.hold(t, "mine", free[0].StartsAt)
	require.NoError(t, err)
	_, _, err = s.hold(t, "other", free[0].StartsAt)
	refusal, ok := errors.AsType[*events.Refusal](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "slot_taken", refusal.Code)
	c := s.booking("damen", "mila", free[0].StartsAt, 0)
	require.Equal(t, workflows.Refused, s.settled(t, c).State)
	c = s.booking("damen", "mila", free[0].StartsAt, 1)
	c.Session = "mine"
	require.Equal(t, workflows.Booked, s.settled(t, c).State)
	released, err := workflows.NewHolds(connection.Client, s.config()).Release(t.Context(), workflows.HoldCommand[availability.ReleaseRequest]{
		Cause: cause, Request: availability.ReleaseRequest{HoldID: held.HoldID, Session: "mine", Reason: availability.ReleasedAbandoned},
	})
	require.NoError(t, err)
	require.Empty(t, released.Spans, "the booking has it")
	types := s.types(t, cause.CorrelationID, func(types map[string]int) bool { return types["availability.slot_held"] > 0 })
	require.Zero(t, types["availability.slot_released"], types)
}
