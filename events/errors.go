package events

import (
	"errors"
	"time"
)

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Permanent marks an error that no retry can mend: the listener's delivery fails
// at once. It returns nil for nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// IsPermanent reports whether err, or an error it wraps, was made by [Permanent].
func IsPermanent(err error) bool {
	_, ok := errors.AsType[*permanentError](err)
	return ok
}

type retryAfterError struct {
	after time.Duration
	err   error
}

func (e *retryAfterError) Error() string { return e.err.Error() }
func (e *retryAfterError) Unwrap() error { return e.err }

// RetryAfter marks an error whose next attempt, within the normal number of
// attempts, should start after the given time instead of the policy's interval:
// what a vendor's Retry-After header asks for. It returns nil for a nil error.
func RetryAfter(after time.Duration, err error) error {
	if err == nil {
		return nil
	}
	return &retryAfterError{max(after, 0), err}
}

// RetryDelay returns the time that [RetryAfter] asked for.
func RetryDelay(err error) (time.Duration, bool) {
	e, ok := errors.AsType[*retryAfterError](err)
	if !ok {
		return 0, false
	}
	return e.after, true
}

// ErrUnknownListener is wrapped by the error of a delivery to a listener that
// this process does not know. It is worth a retry: another worker may know it.
var ErrUnknownListener = errors.New("unknown listener")
