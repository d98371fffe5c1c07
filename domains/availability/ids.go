package availability

import (
	"strings"

	"github.com/google/uuid"
)

// namespace is that of the ids that are derived from what they are about.
var namespace = uuid.MustParse("6f0a6e0c-3c5d-5d0e-9a53-1f4f0b6d2c11")

// derivedID is the same id whenever the parts are the same.
func derivedID(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(parts, "\x00"))).String()
}
