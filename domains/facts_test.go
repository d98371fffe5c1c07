package domains_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/audit"
)

func TestANA7_TheTrailKeepsWhatFiguresNeed(t *testing.T) {
	t.Parallel()
	for eventType, needs := range analytics.Needs {
		require.Subset(t, audit.Facts[eventType], needs, eventType)
	}
}
