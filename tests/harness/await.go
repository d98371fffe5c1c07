package harness

import (
	"context"
	"errors"
	"time"
)

// Await polls until the condition is done, and returns its error. When the patience
// is over it returns the last error of a condition that is not, beside that of ctx.
func Await(ctx context.Context, patience time.Duration, condition func(ctx context.Context) (done bool, err error)) error {
	const interval = 100 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		done, err := condition(ctx)
		if done {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}
