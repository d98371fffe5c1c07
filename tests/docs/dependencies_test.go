package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var requirement = regexp.MustCompile(`(?m)^(?:require )?\t?([a-z][^\s"]*\.[^\s"]*) v\S+$`)

// TestEveryDependencyHasItsReason compares the direct requirements of each module
// with its section of docs/dependencies.md.
func TestEveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	sections := map[string]string{}
	for _, section := range strings.Split(read(t, "docs", "dependencies.md"), "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		sections[title] = text
	}

	for title, file := range map[string]string{
		"The main module": "go.mod",
		"devserver":       "devserver/go.mod",
		"tests/deploy":    "tests/deploy/go.mod",
	} {
		var direct []string
		for _, found := range requirement.FindAllStringSubmatch(read(t, file), -1) {
			direct = append(direct, found[1])
		}
		require.NotEmpty(t, direct, file)
		require.ElementsMatch(t, direct, matches("(?m)^\\| `([^`]+)` \\|", sections[title]), "%s and %s", title, file)
	}
}
