package deploy

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/opencontainers/go-digest"
	"github.com/stretchr/testify/require"
)

const dockerfile = "../../Dockerfile"

// offline answers for every base image with an empty configuration, so that
// nobody is asked for it.
type offline struct{}

func (offline) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config := []byte(`{"architecture":"amd64","os":"linux","config":{}}`)
	return ref, digest.FromBytes(config), config, nil
}

// lint returns what docker build --check says.
func lint(ctx context.Context, source []byte) ([]string, error) {
	results, err := dockerfile2llb.DockerfileLint(ctx, source, dockerfile2llb.ConvertOpt{
		SourceMap:    &llb.SourceMap{Definition: &llb.Definition{}, Filename: "Dockerfile", Data: source},
		MetaResolver: offline{},
	})
	if err != nil {
		return nil, err
	}
	var complaints []string
	if results.Error != nil {
		complaints = append(complaints, results.Error.Message)
	}
	for _, warning := range results.Warnings {
		complaints = append(complaints, warning.RuleName+": "+warning.Detail)
	}
	return complaints, nil
}

func TestImagesPassTheLinter(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(dockerfile)
	require.NoError(t, err)

	complaints, err := lint(t.Context(), source)

	require.NoError(t, err)
	require.Empty(t, complaints)
}

func TestLinterComplains(t *testing.T) {
	t.Parallel()

	complaints, err := lint(t.Context(), []byte("FROM golang:1.26.8 as build\nWORKDIR src\nCMD go version\n"))

	require.NoError(t, err)
	require.Len(t, complaints, 3)
	require.Contains(t, strings.Join(complaints, "\n"), "JSONArgsRecommended")
}

func stages(t *testing.T) []instructions.Stage {
	t.Helper()
	source, err := os.ReadFile(dockerfile)
	require.NoError(t, err)
	tree, err := parser.Parse(bytes.NewReader(source))
	require.NoError(t, err)
	stages, _, err := instructions.Parse(tree.AST, nil)
	require.NoError(t, err)
	return stages
}

func TestImagesPinTheirBase(t *testing.T) {
	t.Parallel()

	own := []string{"scratch"}
	for _, stage := range stages(t) {
		if !slices.Contains(own, stage.BaseName) {
			require.Regexp(t, exactVersion, stage.BaseName)
		}
		own = append(own, stage.Name)
	}
}

func TestImagesAreBuiltByTheToolchainOfTheModule(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../devserver/go.mod")
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(mod)
	require.NotNil(t, version)

	require.Contains(t, stages(t)[0].BaseName, "golang:"+string(version[1]))
}

func TestImagesRunAsNobodyInParticular(t *testing.T) {
	t.Parallel()
	users := map[string]string{}

	for _, stage := range stages(t) {
		users[stage.Name] = users[stage.BaseName]
		for _, command := range stage.Commands {
			if user, ok := command.(*instructions.UserCommand); ok {
				users[stage.Name] = user.User
			}
		}
	}

	for _, target := range []string{"worker", "starter"} {
		require.Equal(t, "65532:65532", users[target])
	}
}

func TestComposeBuildsTargetsThatExist(t *testing.T) {
	t.Parallel()
	var names []string
	for _, stage := range stages(t) {
		names = append(names, stage.Name)
	}

	for name, service := range project(t).Services {
		if service.Build != nil {
			require.Contains(t, names, service.Build.Target, name)
		}
	}
}
