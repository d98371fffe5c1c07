// Package iterator stands in for the iteration marker of Google's clients; see
// stubs/README.md.
package iterator

import "errors"

// Done marks the end of an iteration.
var Done = errors.New("no more items in iterator")
