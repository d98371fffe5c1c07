package availability

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExample1_ADay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		d := demand(60, "ada")
		d.BufferAfter = 15
		s.books("2026-05-05 10:00", d)

		require.Equal(t, []string{
			"11:15", "11:30", "11:45",
			"14:00", "14:15", "14:30", "14:45", "15:00", "15:15", "15:30", "15:45", "16:00", "16:15", "16:30", "16:45",
		}, s.starts("2026-05-05", d))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 09:00", d)))
	})
}
