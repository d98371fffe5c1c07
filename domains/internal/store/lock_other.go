//go:build !unix

package store

import "context"

// lockFile locks nothing: where there is no flock, start one process at a time
// when a release brings migrations.
func lockFile(context.Context, string) (unlock func() error, err error) {
	return func() error { return nil }, nil
}
