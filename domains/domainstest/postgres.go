// Package domainstest lends the domains' test database to tests of the whole system.
package domainstest

import (
	"testing"

	"github.com/herald-bus/herald/domains/internal/store/storetest"
)

// Postgres returns a DATABASE_URL that leads into an empty schema, which is dropped
// after the test. The server is the one at TEST_DATABASE_URL, or else the one that is
// installed, started for the run. Where there is none the test is skipped, and fails
// if CI is true.
func Postgres(t *testing.T) string {
	t.Helper()
	return storetest.Postgres(t)
}
