package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/tests/harness"
)

// A document is a Markdown file in the parts that the tests look at.
type document struct {
	path   string // from the root of the checkout
	prose  string // without the blocks
	blocks []block
}

// A block is fenced code.
type block struct {
	language string
	code     string
}

func root(t *testing.T) string {
	t.Helper()
	root, err := harness.Root()
	require.NoError(t, err)
	return root
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{root(t)}, path...)...))
	require.NoError(t, err)
	return string(text)
}

// documents returns the Markdown files of the root and of docs.
func documents(t *testing.T) []document {
	t.Helper()
	var found []document
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root(t), pattern))
		require.NoError(t, err)
		for _, path := range paths {
			relative, err := filepath.Rel(root(t), path)
			require.NoError(t, err)
			found = append(found, parse(relative, read(t, relative)))
		}
	}
	require.GreaterOrEqual(t, len(found), 7)
	return found
}

const fence = "```"

// parse separates prose from fenced code.
func parse(path, text string) document {
	d := document{path: path}
	var prose, code strings.Builder
	var language string
	inside := false
	for line := range strings.Lines(text) {
		info, isFence := strings.CutPrefix(strings.TrimSpace(line), fence)
		switch {
		case isFence && inside:
			d.blocks = append(d.blocks, block{language, code.String()})
			inside = false
		case isFence:
			language, inside = info, true
			code.Reset()
		case inside:
			code.WriteString(line)
		default:
			prose.WriteString(line)
		}
	}
	d.prose = prose.String()
	return d
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// spans returns the inline code.
func (d document) spans() []string {
	var spans []string
	for _, found := range codeSpan.FindAllStringSubmatch(d.prose, -1) {
		spans = append(spans, strings.ReplaceAll(found[1], "\n", " "))
	}
	return spans
}

// commands returns what a reader might type: the inline code and the lines of
// shell, of a session only those after the prompt and their continuations.
func (d document) commands() []string {
	commands := d.spans()
	for _, b := range d.blocks {
		if b.language != "sh" && b.language != "console" {
			continue
		}
		goesOn := false
		for line := range strings.Lines(b.code) {
			line, typed := strings.CutPrefix(strings.TrimSpace(line), "$ ")
			if b.language == "sh" || typed || goesOn {
				commands = append(commands, line)
			}
			goesOn = (typed || goesOn) && (strings.HasSuffix(line, "|") || strings.HasSuffix(line, `\`))
		}
	}
	return commands
}

func TestParse(t *testing.T) {
	t.Parallel()

	d := parse("x.md", "A `make test`.\n```go\npackage x\n```\n1. b\n   ```console\n   $ starter list |\n       jq\n   output\n   ```\n")

	require.Equal(t, []block{{"go", "package x\n"}, {"console", "   $ starter list |\n       jq\n   output\n"}}, d.blocks)
	require.Equal(t, []string{"make test", "starter list |", "jq"}, d.commands())
}
