package customers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
)

// Example 11.
func TestCUS37_ThreeFailedClaimsAreEnough(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
		claim := func(minutes int, key string, succeeded bool) error {
			return s.NoteClaim(t.Context(), tenant, at(minutes), customers.Claim{Key: key, NetworkNumber: annasNumber, Succeeded: succeeded})
		}
		require.NoError(t, claim(0, "a", false))
		require.NoError(t, claim(0, "a", false), "the same attempt is one")
		require.NoError(t, claim(20, "b", false))
		require.NoError(t, claim(50, "c", false))

		refusal := requireRefusal(t, claim(55, "d", true), "rate_limited")
		require.Equal(t, "300", refusal.Facts["retry_after"])
		q := s.call(annasNumber, "Anna Müller")
		q.Said.Birthday = "1980-04-30"
		_, _, err := s.Resolve(t.Context(), tenant, at(55), q)
		requireRefusal(t, err, "rate_limited")

		require.NoError(t, claim(60, "e", true), "the first is an hour ago; a success clears the rest")
		for _, key := range []string{"f", "g", "h"} {
			require.NoError(t, claim(61, key, false))
		}
		requireRefusal(t, claim(62, "i", false), "rate_limited")
	})
}

func TestCUS37_AWrongBirthdayIsAFailedClaim(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	s.known("Peter Schulz", []string{sharedNumber})
	s.known("Petra Schulz", []string{sharedNumber})
	q := s.call(sharedNumber, "Schulz")
	for _, birthday := range []string{"1980-01-01", "1980-01-02", "1980-01-03"} {
		q.Said.Birthday = birthday
		s.refused(q, "ambiguous")
	}
	q.Said.Birthday = "1980-01-04"
	s.refused(q, "rate_limited")

	for range 4 { // that a number is unknown is no failure
		s.resolve(s.call(newNumber, "Ida Probst"))
	}
}
