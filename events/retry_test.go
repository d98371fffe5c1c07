package events_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

func TestRetryPolicyIntervals(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name      string
		policy    events.RetryPolicy
		intervals []time.Duration
		text      string
	}{
		{"the default", events.DefaultRetry(), []time.Duration{time.Minute, 2 * time.Minute}, "3 attempts, 1m then 2m apart"},
		{"a sync listener's", events.SyncRetry(), []time.Duration{10 * time.Millisecond, 20 * time.Millisecond}, "3 attempts, 10ms then 20ms apart"},
		{
			"capped",
			events.RetryPolicy{InitialInterval: time.Hour, BackoffCoefficient: 3, MaximumInterval: 5 * time.Hour, MaximumAttempts: 6},
			[]time.Duration{time.Hour, 3 * time.Hour, 5 * time.Hour, 5 * time.Hour, 5 * time.Hour},
			"6 attempts, 1h then 3h then 5h then … apart",
		},
		{
			"a broken coefficient",
			events.RetryPolicy{InitialInterval: 90 * time.Second, BackoffCoefficient: 1.5, MaximumAttempts: 3},
			[]time.Duration{90 * time.Second, 135 * time.Second},
			"3 attempts, 1m30s then 2m15s apart",
		},
		{"a single attempt", events.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 1, MaximumAttempts: 1}, nil, "1 attempt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			require.NoError(t, tt.policy.Validate())
			var intervals []time.Duration
			for attempt := 1; ; attempt++ {
				interval, again := tt.policy.Interval(attempt)
				if !again {
					break
				}
				intervals = append(intervals, interval)
			}

			require.Equal(t, tt.intervals, intervals)
			require.Equal(t, tt.text, tt.policy.String())
		})
	}
}

func TestRetryPolicyNeverOverflows(t *testing.T) {
	t.Parallel()

	policy := events.RetryPolicy{InitialInterval: time.Hour, BackoffCoefficient: 10, MaximumAttempts: 1000}

	interval, again := policy.Interval(900)

	require.True(t, again)
	require.Equal(t, time.Duration(math.MaxInt64), interval)
}

func TestRetryPolicyNamesEveryFault(t *testing.T) {
	t.Parallel()

	err := events.RetryPolicy{MaximumInterval: -time.Second, BackoffCoefficient: 0.5}.Validate()

	require.EqualError(t, err, "initial interval 0s must be positive\n"+
		"backoff coefficient 0.5 must be at least 1\n"+
		"maximum interval -1s is shorter than the initial one, 0s\n"+
		"maximum attempts 0 must be at least 1")
}
