package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func requireExists(t *testing.T, document, path string) {
	t.Helper()
	_, err := os.Stat(filepath.Join(root(t), path))
	require.NoError(t, err, "%s names %s", document, path)
}

// matches returns the first group of every match.
func matches(pattern, text string) []string {
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

// sources returns the Go files below the folders, tests and stubs left out.
func sources(t *testing.T, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root(t), folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		})
		require.NoError(t, err)
	}
	return all.String()
}

func TestTargetsOfMakeExist(t *testing.T) {
	t.Parallel()
	targets := matches(`(?m)^([a-z0-9-]+):`, read(t, "Makefile"))

	named := 0
	for _, d := range documents(t) {
		for _, command := range d.commands() {
			for _, target := range matches(`\bmake ([a-z0-9-]+)`, command) {
				named++
				require.Contains(t, targets, target, "%s: %s", d.path, command)
			}
		}
	}
	require.NotZero(t, named)
}

func TestCommandsOfTheStarterExist(t *testing.T) {
	t.Parallel()
	source := sources(t, "starter")
	known := matches(`Use:\s+"([a-z]+)[ "]`, source)

	named := 0
	for _, d := range documents(t) {
		for _, command := range d.commands() {
			for _, call := range matches(`(?:^|[ /])starter ([a-z-][^|]*)`, command) {
				words := strings.Fields(call)
				if !strings.HasPrefix(words[0], "-") {
					named++
					require.Contains(t, known, words[0], "%s: %s", d.path, command)
				}
				for _, flag := range matches(`--([a-z-]+)`, call) {
					require.True(t, flag == "help" || strings.Contains(source, `"`+flag+`"`), "%s: starter has no --%s", d.path, flag)
				}
			}
		}
	}
	require.NotZero(t, named)
}

// TestPathsExist looks up what begins like a path in the checkout.
func TestPathsExist(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root(t))
	require.NoError(t, err)
	var top []string
	for _, entry := range entries {
		top = append(top, entry.Name())
	}

	named := 0
	for _, d := range documents(t) {
		for _, command := range d.commands() {
			for _, word := range strings.Fields(command) {
				path := strings.TrimSuffix(strings.TrimPrefix(word, "./"), "/...")
				first, rest, isPath := strings.Cut(path, "/")
				if !isPath || first == ".build" || !slices.Contains(top, first) || strings.ContainsAny(rest, "<*") {
					continue
				}
				named++
				requireExists(t, d.path, path)
			}
		}
	}
	require.NotZero(t, named)
}

// TestVariablesAreDocumented compares the variables that the code reads with the
// tables of docs/operations.md.
func TestVariablesAreDocumented(t *testing.T) {
	t.Parallel()
	const pattern = `\b(HERALD_[A-Z_]+[A-Z]|[A-Z_]*DATABASE_URL)\b`
	source := sources(t, "worker", "starter", "activities", "domains", "internal", "tests/demo", "tests/e2e", "tests/harness")
	documented := matches(pattern, read(t, "docs", "operations.md"))

	inUse := matches(`"`+pattern+`"`, source)

	require.NotEmpty(t, inUse)
	for _, name := range inUse {
		require.Contains(t, documented, name, "docs/operations.md lacks %s", name)
	}
	for _, name := range documented {
		require.Contains(t, inUse, name, "nobody reads %s", name)
	}
}

// TestDefaultsAreDocumented compares the defaults in the code with the same tables.
func TestDefaultsAreDocumented(t *testing.T) {
	t.Parallel()
	operations := read(t, "docs", "operations.md")
	defaults := regexp.MustCompile(`env:"(\w+)" envDefault:"([^"]*)"`).FindAllStringSubmatch(sources(t, "worker", "activities", "domains"), -1)

	require.NotEmpty(t, defaults)
	for _, found := range defaults {
		require.Contains(t, operations, "| `"+found[1]+"` | `"+found[2]+"` |")
	}
}
