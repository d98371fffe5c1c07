package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

// stepClient runs a step with an answer, or an error.
type stepClient struct {
	client.Client
	client.WorkflowRun
	started client.StartWorkflowOptions
	step    any
	answer  workflows.StepAnswer[json.RawMessage]
	failed  error
}

func (c *stepClient) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, step any, _ ...any) (client.WorkflowRun, error) {
	c.started, c.step = o, step
	return c, nil
}

func (c *stepClient) Get(_ context.Context, answer any) error {
	if into, ok := answer.(*workflows.StepAnswer[json.RawMessage]); ok {
		*into = c.answer
	}
	return c.failed
}

func TestAsk(t *testing.T) {
	t.Parallel()
	ask := func(ctx context.Context, c *stepClient) (answer string, err error) {
		q := workflows.StepRequest[any]{Key: "k-1", Request: "what"}
		return answer, workflows.NewSteps(c, workflows.Config{}).Ask(ctx, workflows.StepList, q, &answer)
	}

	t.Run("answers, under the key", func(t *testing.T) {
		t.Parallel()
		c := &stepClient{answer: workflows.StepAnswer[json.RawMessage]{Result: json.RawMessage(`"this"`)}}

		answer, err := ask(t.Context(), c)

		require.NoError(t, err)
		require.Equal(t, "this", answer)
		require.Equal(t, workflows.StepList, c.step)
		require.Equal(t, "step/appointments.list/k-1", c.started.ID)
	})

	t.Run("refuses", func(t *testing.T) {
		t.Parallel()
		no := events.Refuse("not_found", "TEN-5", "there is none")

		_, err := ask(t.Context(), &stepClient{answer: workflows.StepAnswer[json.RawMessage]{Refusal: no}})

		require.Equal(t, no, err)
	})

	t.Run("tells that no worker has come", func(t *testing.T) {
		t.Parallel()
		_, err := ask(t.Context(), &stepClient{failed: temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, nil)})

		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "appointments.list: no worker has done it within 1m0s, is one running?")
	})

	t.Run("tells that the caller has gone", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()

		_, err := ask(ctx, &stepClient{failed: errors.New("the connection was cut")})

		require.ErrorIs(t, err, context.Canceled)
	})

	t.Run("tells what has failed", func(t *testing.T) {
		t.Parallel()
		_, err := ask(t.Context(), &stepClient{failed: temporal.NewNonRetryableApplicationError("out of paper", "", nil)})

		require.EqualError(t, err, "appointments.list: out of paper")
	})
}
