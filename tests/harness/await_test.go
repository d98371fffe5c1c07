package harness_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/tests/harness"
)

func TestAwait(t *testing.T) {
	t.Parallel()
	late, lost := errors.New("not yet"), errors.New("lost")
	asked := 0

	require.NoError(t, harness.Await(t.Context(), time.Minute, func(context.Context) (bool, error) {
		asked++
		if asked == 1 {
			return false, late
		}
		return true, nil
	}))
	require.Equal(t, 2, asked, "an error of what is not done is tried again")
	require.ErrorIs(t, harness.Await(t.Context(), time.Minute, func(context.Context) (bool, error) { return true, lost }), lost)

	err := harness.Await(t.Context(), time.Millisecond, func(context.Context) (bool, error) { return false, late })
	require.ErrorIs(t, err, late)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
