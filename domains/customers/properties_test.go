package customers_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/herald-bus/herald/domains/customers"
)

// spelt are texts that are almost names, numbers or addresses.
func spelt() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("aAbBcChHkKpPsSxXzZäÖüßøłıéŞ -'.,@+0123456789;:()/\u200b小")), 0, 30, -1)
}

func TestCUS1_AKeptNumberIsReadAsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`(\+49|0049|0|49)[ /-]?[1-9][0-9 /-]{3,14}`).Draw(t, "raw")
		n, err := customers.NormalizePhone(raw, "DE")
		if err != nil || n.Withheld {
			return
		}
		again, err := customers.NormalizePhone(n.Value, "US")
		require.NoError(t, err)
		require.Equal(t, n.Value, again.Value)
		require.Regexp(t, `^\+[1-9][0-9]{6,14}$`, n.Value)
	})
}

func TestCUS17_FoldingOnceIsEnough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := spelt().Draw(t, "name")
		require.Equal(t, customers.Fold(name), customers.Fold(customers.Fold(name)))
		require.Regexp(t, `^[0-8]*$`, customers.Phonetic(name))
	})
}

func TestCUS20_SimilarityIsSymmetricAndBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := customers.SplitName(spelt().Draw(t, "a")), customers.SplitName(spelt().Draw(t, "b"))
		alike := customers.Similar(a, b)
		require.InDelta(t, alike, customers.Similar(b, a), 0)
		require.GreaterOrEqual(t, alike, 0.0)
		require.LessOrEqual(t, alike, 1.0)
	})
}

func TestNoInputMakesTheReadersFail(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := spelt().Draw(t, "text")
		if name, err := customers.ValidateName(text, nil, true); err == nil {
			require.NotEmpty(t, name.Display())
			require.Equal(t, name.Display(), customers.SplitName(name.Display()).Display(), "a display name is read as itself")
		}
		if address, err := customers.NormalizeEmail(customers.RepairSpoken(text), customers.MailRules{}); err == nil && address != "" {
			again, err := customers.NormalizeEmail(address, customers.MailRules{})
			require.NoError(t, err)
			require.Equal(t, address, again)
		}
		_, _ = customers.NormalizePhone(text, "DE")
	})
}
