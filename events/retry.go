package events

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// A RetryPolicy says when a failed listener is tried again. The fields have the
// meaning, and the names, of Temporal's retry policy.
type RetryPolicy struct {
	// InitialInterval is the time between the first attempt's end and the second.
	InitialInterval time.Duration `json:"initial_interval"`
	// BackoffCoefficient multiplies the interval after each retry; at least 1.
	BackoffCoefficient float64 `json:"backoff_coefficient"`
	// MaximumInterval caps the interval; zero means no cap.
	MaximumInterval time.Duration `json:"maximum_interval,omitzero"`
	// MaximumAttempts counts the first attempt too; at least 1.
	MaximumAttempts int `json:"maximum_attempts"`
}

// DefaultRetry is the ladder of an asynchronous listener without a policy of its
// own: three attempts, the second a minute after the first, the third two
// minutes after that.
func DefaultRetry() RetryPolicy {
	return RetryPolicy{InitialInterval: time.Minute, BackoffCoefficient: 2, MaximumAttempts: 3}
}

// SyncRetry is the policy of a synchronous listener inside the workflow task:
// three quick attempts. What still fails then is handed to the listener's
// asynchronous ladder.
func SyncRetry() RetryPolicy {
	return RetryPolicy{InitialInterval: 10 * time.Millisecond, BackoffCoefficient: 2, MaximumAttempts: 3}
}

// Interval returns the time to wait after the given failed attempt (1 is the
// first), and whether there is another attempt at all.
func (p RetryPolicy) Interval(attempt int) (time.Duration, bool) {
	if attempt >= p.MaximumAttempts {
		return 0, false
	}
	interval := float64(p.InitialInterval) * math.Pow(p.BackoffCoefficient, float64(attempt-1))
	if p.MaximumInterval > 0 {
		interval = min(interval, float64(p.MaximumInterval))
	}
	if interval >= math.MaxInt64 {
		return math.MaxInt64, true
	}
	return time.Duration(interval), true
}

// Validate reports what is wrong with the policy.
func (p RetryPolicy) Validate() error {
	var errs []error
	if p.InitialInterval <= 0 {
		errs = append(errs, fmt.Errorf("initial interval %s must be positive", p.InitialInterval))
	}
	if p.BackoffCoefficient < 1 {
		errs = append(errs, fmt.Errorf("backoff coefficient %g must be at least 1", p.BackoffCoefficient))
	}
	if p.MaximumInterval != 0 && p.MaximumInterval < p.InitialInterval {
		errs = append(errs, fmt.Errorf("maximum interval %s is shorter than the initial one, %s", p.MaximumInterval, p.InitialInterval))
	}
	if p.MaximumAttempts < 1 {
		errs = append(errs, fmt.Errorf("maximum attempts %d must be at least 1", p.MaximumAttempts))
	}
	return errors.Join(errs...)
}

// String writes the ladder out: "3 attempts, 1m then 2m apart".
func (p RetryPolicy) String() string {
	if p.MaximumAttempts <= 1 {
		return "1 attempt"
	}
	const shown = 3
	var intervals []string
	for attempt := 1; attempt < p.MaximumAttempts; attempt++ {
		if attempt > shown {
			intervals = append(intervals, "…")
			break
		}
		interval, _ := p.Interval(attempt)
		intervals = append(intervals, shortDuration(interval))
	}
	return fmt.Sprintf("%d attempts, %s apart", p.MaximumAttempts, strings.Join(intervals, " then "))
}

// shortDuration drops the zero units that time.Duration prints after a larger one.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
