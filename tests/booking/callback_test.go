package booking

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// calledBack has a caller ask for appointments without a proof of who he is: the
// number on file is to be called. It returns that callback.
func (s *salon) calledBack(t *testing.T, cause workflows.Cause) appointment.Callback {
	t.Helper()
	var answer appointment.Found
	err := workflows.NewSteps(connection.Client, s.config()).Ask(t.Context(), workflows.StepQuery, workflows.StepRequest[any]{
		Cause: cause, Subject: newID(), Request: appointment.Query{CustomerID: domains.DemoID("ida"), By: appointment.By{
			Origin: appointment.Voice, Role: appointment.CustomerRole, ActorID: newID(), BranchID: domains.DemoID("berlin"),
			PhoneOnFile: "+491713920010", NameOnFile: "Ida Probst",
		}},
	}, &answer)
	refusal := &events.Refusal{}
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, "verification_required", refusal.Code)
	listed := ask[[]appointment.ListedCallback](t, s, workflows.StepListCallbacks, appointment.CallbackQuery{All: true})
	require.Len(t, listed, 1)
	return listed[0].Callback
}

// ended waits for the life of a callback and returns its end.
func ended(t *testing.T, callbackID string) (end workflows.CallbackEnd) {
	t.Helper()
	await(t, func() (bool, error) {
		err := connection.Client.GetWorkflow(t.Context(), workflows.CallbackWorkflowID(callbackID), "").Get(t.Context(), &end)
		return err == nil, err // the delivery may not have started it yet
	})
	return end
}

// TestACallbackThatNobodyTouchesExpires has the server skip a week.
func TestACallbackThatNobodyTouchesExpires(t *testing.T) {
	t.Parallel()
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	cause := s.cause()
	cause.TimeSkipping = true

	c := s.calledBack(t, cause)

	require.Equal(t, "expired", ended(t, c.CallbackID).Status)
	types := s.types(t, cause.CorrelationID, func(types map[string]int) bool { return types["appointment.callback_expired"] > 0 })
	require.Equal(t, 1, types["appointment.callback_requested"], types)
	require.Equal(t, 1, types["appointment.callback_assigned"], types)
	require.Equal(t, 2, types["appointment.callback_overdue"], types)
	require.Positive(t, types["appointment.callback_escalated"], types)
	require.Equal(t, 1, types["appointment.callback_expired"], types)
}

// TestACallbackIsTriedAndCompleted gives commands to a callback as staff does.
func TestACallbackIsTriedAndCompleted(t *testing.T) {
	t.Parallel()
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	cause := s.cause()
	c := s.calledBack(t, cause)
	desk := workflows.NewCallbacks(connection.Client, s.config())
	const wait = 10 * time.Second

	for attempt := range 3 {
		for range 2 { // the same number is the same attempt
			answer, err := desk.LogAttempt(t.Context(), workflows.CallbackCommand[appointment.CallbackAttempt]{
				Cause: cause, Wait: wait, Request: appointment.CallbackAttempt{CallbackID: c.CallbackID, Attempt: attempt + 1},
			})
			require.NoError(t, err)
			require.Equal(t, workflows.Done, answer.State)
			require.Equal(t, attempt+1, answer.Callback.Attempts)
		}
	}
	s.types(t, cause.CorrelationID, func(types map[string]int) bool { return types["appointment.callback_escalated"] == 1 })
	for range 2 { // the second time it is started again, and over at once
		answer, err := desk.Complete(t.Context(), workflows.CallbackCommand[appointment.CallbackOutcome]{
			Cause: cause, Wait: wait, Request: appointment.CallbackOutcome{CallbackID: c.CallbackID, Outcome: "reached"},
		})
		require.NoError(t, err)
		require.Equal(t, workflows.Done, answer.State, "%v", answer.Refusal)
		require.Equal(t, "completed", ended(t, c.CallbackID).Status)
	}
	types := s.types(t, cause.CorrelationID, func(types map[string]int) bool { return types["appointment.callback_completed"] > 0 })
	require.Equal(t, 1, types["appointment.callback_completed"], types)
	require.Equal(t, 1, types["appointment.callback_assigned"], types)
	require.Zero(t, types["appointment.callback_overdue"], types)
}
