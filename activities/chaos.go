//go:build chaos

package activities

import "os"

// The tag chaos has a worker die at the step that HERALD_TEST_DIE_AT names, such as
// "availability.hold:before" or "availability.hold:after": as it begins, or when its
// work is done but nobody knows yet. It dies as by kill -9.
func init() {
	const killed = 137
	fatal := os.Getenv("HERALD_TEST_DIE_AT")
	atStep = func(step, when string) {
		if step+":"+when == fatal {
			os.Exit(killed)
		}
	}
}
