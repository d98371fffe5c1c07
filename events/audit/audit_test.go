package audit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/audit"
)

func TestABreakIsSomewhereAndOfAKind(t *testing.T) {
	t.Parallel()
	fine := audit.ChainBroken{TenantID: "t", Seq: 500, Kind: audit.Hash}

	require.NoError(t, fine.Validate())
	require.Equal(t, "t", fine.AggregateID())
	require.ErrorContains(t, audit.ChainBroken{Kind: audit.Gap}.Validate(), "seq 0")
	require.ErrorContains(t, audit.ChainBroken{Seq: 1, Kind: "rust"}.Validate(), `kind "rust"`)
}
