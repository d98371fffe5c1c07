package docs

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const herald = "github.com/herald-bus/herald"

// TestGoCompiles vets every block of Go, and runs those that are tests. The blocks
// of one package in one document belong together. They are in a module outside of
// the checkout, which uses Herald as it is here.
func TestGoCompiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(path, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600))
	}
	mod := strings.Replace(read(t, "go.mod"), "module "+herald+"\n", "module documents\n", 1)
	write("go.mod", fmt.Sprintf("%s\nrequire %s v0.0.0\n\nreplace %[2]s => %[3]q\n", mod, herald, root(t)))
	write("go.sum", read(t, "go.sum"))

	blocks := 0
	for _, d := range documents(t) {
		for i, b := range d.blocks {
			if b.language != "go" {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), d.path, b.code, parser.PackageClauseOnly)
			require.NoError(t, err, "%s: a block of Go is a whole file", d.path)
			name, isTest := strings.CutSuffix(file.Name.Name, "_test")
			suffix := ".go"
			if isTest {
				suffix = "_test.go"
			}
			write(filepath.Join(strings.TrimSuffix(d.path, ".md"), name, fmt.Sprintf("block%d%s", i, suffix)), b.code)
			blocks++
		}
	}
	require.NotZero(t, blocks)

	for _, verb := range []string{"vet", "test"} {
		command := exec.CommandContext(t.Context(), "go", verb, "./...")
		command.Dir = dir
		command.Env = append(os.Environ(), "GOWORK=off")
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
}

// TestGoIsFormatted keeps the blocks as gofmt has them.
func TestGoIsFormatted(t *testing.T) {
	t.Parallel()

	for _, d := range documents(t) {
		for _, b := range d.blocks {
			if b.language != "go" {
				continue
			}
			command := exec.CommandContext(t.Context(), "gofmt", "-d")
			command.Stdin = strings.NewReader(b.code)
			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s", output)
			require.Empty(t, string(output), d.path)
		}
	}
}
