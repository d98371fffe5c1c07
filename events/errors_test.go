package events_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

func TestErrorsWrapWithoutChangingTheText(t *testing.T) {
	t.Parallel()

	for _, err := range []error{events.Permanent(errBusy), events.RetryAfter(time.Second, errBusy)} {
		require.EqualError(t, err, "busy")
		require.ErrorIs(t, err, errBusy)
	}
	require.NoError(t, events.Permanent(nil))
	require.NoError(t, events.RetryAfter(time.Second, nil))
}

func TestErrorsAreRecognisedWhenWrapped(t *testing.T) {
	t.Parallel()

	permanent := fmt.Errorf("send: %w", events.Permanent(errBusy))
	soon := fmt.Errorf("send: %w", events.RetryAfter(time.Minute, errBusy))

	require.True(t, events.IsPermanent(permanent))
	require.False(t, events.IsPermanent(soon))
	require.False(t, events.IsPermanent(errBusy))
	require.False(t, events.IsPermanent(nil))
	after, ok := events.RetryDelay(soon)
	require.True(t, ok)
	require.Equal(t, time.Minute, after)
	_, ok = events.RetryDelay(permanent)
	require.False(t, ok)
	_, ok = events.RetryDelay(nil)
	require.False(t, ok)
}

func TestRetryAfterIsNeverInThePast(t *testing.T) {
	t.Parallel()

	after, ok := events.RetryDelay(events.RetryAfter(-time.Hour, errBusy))

	require.True(t, ok)
	require.Zero(t, after)
}
