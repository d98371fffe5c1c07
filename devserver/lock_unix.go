//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// lockFile makes sure that one process at a time uses a database file. The
// lock is the system's, so it goes with the process however that ends; what
// stays behind is an empty promise and may be deleted.
func lockFile(database string) (release func() error, err error) {
	file, err := os.OpenFile(database+".lock", os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the database file: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := io.ReadAll(io.LimitReader(file, 20))
		_ = file.Close()
		return nil, fmt.Errorf("the database file %s is in use by another devserver (process %s): stop that one, or choose another file with --db-filename",
			database, strings.TrimSpace(string(holder)))
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("lock the database file %s: %w", database, err)
	}

	if err := file.Truncate(0); err == nil {
		_, _ = fmt.Fprintln(file, os.Getpid())
	}
	return file.Close, nil
}
