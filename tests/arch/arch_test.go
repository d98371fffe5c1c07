// Package arch holds the rules of the house: who may import whom. They are
// checked on the source itself, so that a cached test result notices a change.
package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/herald-bus/herald"

// A rule says what the packages under a folder may import of this module, and
// which other modules they may not. The first rule that matches a package counts.
type rule struct {
	folder string // "domains/*" is any domain; a trailing "/..." includes what is below
	own    []string
	not    []string // prefixes of other modules
	reason string
}

var rules = []rule{
	{folder: "events", not: []string{"go.temporal.io", "go.uber.org"}, reason: "the contract outlives its transport"},
	{folder: "events/eventsfx", own: []string{"events"}, not: []string{"go.temporal.io"}, reason: "wiring helpers only"},
	{folder: "events/eventstest", own: []string{"events"}, not: []string{"go.temporal.io"}, reason: "domains are tested without Temporal"},
	{folder: "events/*", own: []string{"events", "events/*"}, not: []string{"go.temporal.io", "go.uber.org"}, reason: "a vocabulary is plain structs"},
	{folder: "domains", own: []string{"events", "events/*", "domains/*", "domains/internal/..."}, not: []string{"go.temporal.io"}, reason: "it composes the domains, and nothing else"},
	{folder: "domains/internal/...", own: []string{"events/...", "domains/internal/..."}, not: []string{"go.temporal.io"}, reason: "shared by the domains, knows none of them"},
	{folder: "domains/*/...", own: []string{"events/...", "domains/internal/..."}, not: []string{"go.temporal.io"}, reason: "domains meet only through events, and do not know how they are run"},
	{folder: "workflows", own: []string{"events", "events/*"}, not: []string{"go.uber.org/fx"}, reason: "a replay must not depend on a domain"},
	{folder: "activities", own: []string{"events", "events/*", "workflows"}, not: []string{"go.uber.org/fx"}, reason: "it runs listeners that it does not know"},
	{folder: "internal/...", own: []string{"internal/..."}, reason: "what both binaries need and neither the bus nor a domain owns"},
	{folder: "worker/...", own: []string{"events/...", "domains", "workflows", "activities", "internal/..."}, reason: "composition only"},
	{folder: "starter/...", own: []string{"events/...", "domains", "workflows", "activities", "internal/..."}, reason: "composition only"},
	{folder: "tests/...", own: []string{"..."}, reason: ""},
}

// pkg is a package's folder and what its files import.
type pkg struct {
	folder   string
	imports  map[string]string // import path to the file that has it
	comments int
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, fault := range check(p) {
			t.Error(fault)
		}
	}
}

func TestRulesCatchViolations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ folder, imported, reason string }{
		{"domains/appointments", module + "/domains/notifications", "domains meet only through events"},
		{"domains/appointments", module + "/workflows", "domains meet only through events"},
		{"domains/appointments", "go.temporal.io/sdk/workflow", "do not know how they are run"},
		{"domains/internal/store", module + "/domains/audit", "knows none of them"},
		{"events", module + "/workflows", "outlives its transport"},
		{"events/appointment", "go.temporal.io/sdk/temporal", "plain structs"},
		{"workflows", module + "/domains", "must not depend on a domain"},
		{"nowhere", module + "/events", "no rule"},
	} {
		faults := check(pkg{folder: c.folder, imports: map[string]string{c.imported: "x.go"}})
		require.Len(t, faults, 1, c.folder)
		require.Contains(t, faults[0], c.reason)
	}
	require.Empty(t, check(pkg{folder: "domains/appointments", imports: map[string]string{module + "/events/call": "x.go"}}))
}

func TestEveryPackageHasOneComment(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		require.Equal(t, 1, p.comments, "%s has %d package comments, it should have one", p.folder, p.comments)
	}
}

// check returns the violations of a package.
func check(p pkg) []string {
	i := slices.IndexFunc(rules, func(r rule) bool { return matches(r.folder, p.folder) })
	if i < 0 {
		return []string{fmt.Sprintf("%s: there is no rule for this folder: add one to tests/arch", p.folder)}
	}
	r := rules[i]
	var faults []string
	for imported, file := range p.imports {
		forbidden := slices.ContainsFunc(r.not, func(prefix string) bool { return strings.HasPrefix(imported, prefix) })
		if own, isOwn := strings.CutPrefix(imported, module+"/"); isOwn {
			forbidden = !slices.ContainsFunc(r.own, func(allowed string) bool { return matches(allowed, own) })
		}
		if forbidden {
			faults = append(faults, fmt.Sprintf("%s must not import %s (%s): %s", p.folder, imported, file, r.reason))
		}
	}
	slices.Sort(faults)
	return faults
}

// matches compares folders; "*" is one name, a trailing "..." any depth.
func matches(pattern, folder string) bool {
	prefix, deep := strings.CutSuffix(pattern, "...")
	if !deep {
		ok, _ := path.Match(pattern, folder)
		return ok
	}
	wanted := strings.Split(strings.Trim(prefix, "/"), "/")
	if prefix == "" {
		return true
	}
	parts := strings.Split(folder, "/")
	if len(parts) < len(wanted) {
		return false
	}
	ok, _ := path.Match(strings.Join(wanted, "/"), strings.Join(parts[:len(wanted)], "/"))
	return ok
}

// packages parses the imports of every package of the main module that is not a
// test.
func packages(t *testing.T) []pkg {
	t.Helper()
	const root = "../.."
	found := map[string]*pkg{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		folder, _ := filepath.Rel(root, filepath.Dir(file))
		if entry.IsDir() {
			return skipFolder(root, file, entry)
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		if found[folder] == nil {
			found[folder] = &pkg{folder: folder, imports: map[string]string{}}
		}
		found[folder].add(parsed, filepath.Base(file))
		return nil
	})
	require.NoError(t, err)
	var all []pkg
	for _, p := range found {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b pkg) int { return strings.Compare(a.folder, b.folder) })
	require.NotEmpty(t, all)
	return all
}

// skipFolder leaves out hidden folders, test data and nested modules.
func skipFolder(root, file string, entry fs.DirEntry) error {
	if file == root {
		return nil
	}
	if nested, _ := filepath.Glob(filepath.Join(file, "go.mod")); len(nested) > 0 {
		return filepath.SkipDir
	}
	if strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" {
		return filepath.SkipDir
	}
	return nil
}

func (p *pkg) add(file *ast.File, name string) {
	if file.Doc != nil {
		p.comments++
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			p.imports[imported] = name
		}
	}
}
