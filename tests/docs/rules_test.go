package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	rule     = regexp.MustCompile(`(?m)^- \*\*([A-Z]{3})-(\d+)\*\* (.*)$`)
	ruleTest = regexp.MustCompile(`(?m)^func Test([A-Z]{3}\d+)_\w+\(t \*testing\.T\)`)
)

// TestEveryRuleHasItsTest looks for a test of the name of each rule that is kept,
// and for tests of rules that nobody has written down.
func TestEveryRuleHasItsTest(t *testing.T) {
	t.Parallel()
	tests := ruleTests(t)

	rules := map[string]bool{}
	for _, found := range rule.FindAllStringSubmatch(read(t, "docs", "rules.md"), -1) {
		id := found[1] + found[2]
		require.False(t, rules[id], "%s-%s is there twice", found[1], found[2])
		rules[id] = true
		if !strings.HasPrefix(found[3], "(not yet: ") {
			require.True(t, tests[id], "%s-%s has no test: write Test%s_…, or say after its id (not yet: why)", found[1], found[2], id)
		}
	}

	require.NotEmpty(t, rules)
	for id := range tests {
		require.True(t, rules[id], "Test%s_… is for a rule that docs/rules.md does not have", id)
	}
}

// ruleTests returns the ids of the rules that have a test.
func ruleTests(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, folder := range []string{"domains", "workflows"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root(t), folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range ruleTest.FindAllStringSubmatch(string(text), -1) {
				ids[found[1]] = true
			}
			return err
		}))
	}
	return ids
}
