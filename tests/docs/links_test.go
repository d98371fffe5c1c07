package docs

import (
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

var (
	link    = regexp.MustCompile(`\[[^\]]+\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// anchors returns those of a document's headings, as GitHub makes them.
func anchors(d document) map[string]bool {
	found := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(d.prose, -1) {
		found[anchor(h[1])] = true
	}
	return found
}

func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

func TestAnchor(t *testing.T) {
	t.Parallel()

	require.Equal(t, "connection-worker-and-starter", anchor("Connection: worker and starter"))
	require.Equal(t, "testsdeploy", anchor("tests/deploy"))
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all := documents(t)
	byPath := map[string]document{}
	for _, d := range all {
		byPath[d.path] = d
	}

	links := 0
	for _, d := range all {
		for _, found := range link.FindAllStringSubmatch(d.prose, -1) {
			target := found[1]
			if strings.HasPrefix(target, "https://") {
				continue
			}
			links++
			file, fragment, _ := strings.Cut(target, "#")
			file = path.Join(path.Dir(d.path), file)
			if strings.HasPrefix(target, "#") {
				file = d.path
			}
			requireExists(t, d.path, file)
			if fragment != "" {
				require.True(t, anchors(byPath[file])[fragment], "%s links to %s: no such heading", d.path, target)
			}
		}
	}
	require.NotZero(t, links)
}
