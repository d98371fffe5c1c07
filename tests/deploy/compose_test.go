package deploy

import (
	"context"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

const composeFile = "../../docker-compose.yml"

// jobs are the services that are meant to end, and so have no health.
var jobs = []string{"temporal-schema", "temporal-namespace", "starter"}

// load reads a compose file with nothing from the environment, and every profile.
func load(ctx context.Context, path string, env ...string) (*types.Project, error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithEnv(env), cli.WithProfiles([]string{"*"}))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(ctx)
}

func project(t *testing.T) *types.Project {
	t.Helper()
	p, err := load(t.Context(), composeFile)
	require.NoError(t, err)
	return p
}

func TestComposeLoads(t *testing.T) {
	t.Parallel()

	p := project(t)

	require.Equal(t, []string{
		"postgresql", "starter", "temporal", "temporal-namespace", "temporal-schema", "temporal-ui", "worker",
	}, p.ServiceNames())
	require.Equal(t, []string{"starter"}, p.Services["starter"].Profiles)
}

func TestComposeRefusesUnknownKeys(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(composeFile)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "docker-compose.yml")
	wrong := strings.Replace(string(source), "healthcheck:", "healthchecks:", 1)
	require.NoError(t, os.WriteFile(path, []byte(wrong), 0o600))

	_, err = load(t.Context(), path)

	require.ErrorContains(t, err, "healthchecks")
}

// exactVersion has three parts, or two as PostgreSQL's have.
var exactVersion = regexp.MustCompile(`^.+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$`)

func TestComposePinsImages(t *testing.T) {
	t.Parallel()

	for name, service := range project(t).Services {
		require.Regexp(t, exactVersion, service.Image, name)
	}
}

func TestTemporalIsTheVersionThatIsEmbedded(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../devserver/go.mod")
	require.NoError(t, err)
	version := func(module string) string {
		found := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + ` v(\S+)$`).FindSubmatch(mod)
		require.NotNil(t, found, module)
		return string(found[1])
	}

	services := project(t).Services

	server := version("go.temporal.io/server")
	require.Equal(t, "temporalio/server:"+server, services["temporal"].Image)
	require.Equal(t, "temporalio/admin-tools:"+server, services["temporal-schema"].Image)
	require.Equal(t, "temporalio/admin-tools:"+server, services["temporal-namespace"].Image)
	require.Equal(t, "temporalio/ui:"+version("github.com/temporalio/ui-server/v2"), services["temporal-ui"].Image)
}

func TestComposeVariablesHaveDefaults(t *testing.T) {
	t.Parallel()
	options, err := cli.NewProjectOptions([]string{composeFile}, cli.WithInterpolation(false), cli.WithProfiles([]string{"*"}))
	require.NoError(t, err)
	model, err := options.LoadModel(t.Context())
	require.NoError(t, err)

	variables := template.ExtractVariables(model, nil)

	require.NotEmpty(t, variables)
	for name, variable := range variables {
		require.NotEmpty(t, variable.DefaultValue, "%s has no default", name)
	}
	source, err := os.ReadFile(composeFile)
	require.NoError(t, err)
	defaults := map[string]string{}
	for _, found := range regexp.MustCompile(`\$\{(\w+)([^}]*)\}`).FindAllStringSubmatch(string(source), -1) {
		name, rest := found[1], found[2]
		require.True(t, strings.HasPrefix(rest, ":-"), "%s: write ${%s:-default}", name, name)
		if first, again := defaults[name]; again {
			require.Equal(t, first, rest, "two defaults of %s", name)
		}
		defaults[name] = rest
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(variables)), slices.Collect(maps.Keys(defaults)))
}

func TestComposeTakesVariables(t *testing.T) {
	t.Parallel()

	p, err := load(t.Context(), composeFile, "POSTGRES_PASSWORD=s3cret", "TEMPORAL_NAMESPACE=salon", "HERALD_TASK_QUEUE=blue")

	require.NoError(t, err)
	value := func(service, name string) string {
		v := p.Services[service].Environment[name]
		require.NotNil(t, v, "%s of %s", name, service)
		return *v
	}
	require.Equal(t, "postgres://herald:s3cret@postgresql:5432/herald?sslmode=disable", value("worker", "DATABASE_URL"))
	require.Equal(t, "s3cret", value("temporal", "POSTGRES_PWD"))
	for _, service := range []string{"worker", "starter"} {
		require.Equal(t, "salon", value(service, "TEMPORAL_NAMESPACE"))
		require.Equal(t, "blue", value(service, "HERALD_TASK_QUEUE"))
	}
	require.Equal(t, "salon", value("temporal-namespace", "HERALD_NAMESPACE"))
	require.Equal(t, "salon", value("temporal-ui", "TEMPORAL_DEFAULT_NAMESPACE"))
}

func TestComposeWatchesWhatRuns(t *testing.T) {
	t.Parallel()

	for name, service := range project(t).Services {
		if slices.Contains(jobs, name) {
			require.NotEqual(t, "unless-stopped", service.Restart, name)
			continue
		}
		require.NotNil(t, service.HealthCheck, "%s has no health check", name)
		require.NotEmpty(t, service.HealthCheck.Test, name)
		require.Equal(t, "unless-stopped", service.Restart, name)
	}
}

func TestComposeWaitsForWhatItNeeds(t *testing.T) {
	t.Parallel()
	p := project(t)

	for name, service := range p.Services {
		for needed, dependency := range service.DependsOn {
			want := types.ServiceConditionHealthy
			if slices.Contains(jobs, needed) {
				want = types.ServiceConditionCompletedSuccessfully
			}
			require.Equal(t, want, dependency.Condition, "%s needs %s", name, needed)
		}
	}
	require.Contains(t, p.Services["worker"].DependsOn, "temporal-namespace")
	require.Contains(t, p.Services["temporal"].DependsOn, "temporal-schema")
}

func TestComposePublishesOnLoopback(t *testing.T) {
	t.Parallel()

	for name, service := range project(t).Services {
		require.Empty(t, service.NetworkMode, name)
		for _, port := range service.Ports {
			ip := net.ParseIP(port.HostIP)
			require.True(t, ip != nil && ip.IsLoopback(), "%s publishes %s on %q", name, port.Published, port.HostIP)
		}
	}
}

func TestComposeKeepsStateInNamedVolumes(t *testing.T) {
	t.Parallel()
	p := project(t)

	for name, service := range p.Services {
		for _, volume := range service.Volumes {
			require.Equal(t, types.VolumeTypeVolume, volume.Type, name)
			require.Contains(t, p.Volumes, volume.Source, name)
		}
	}
}

func TestComposeNeedsNoRights(t *testing.T) {
	t.Parallel()

	for name, service := range project(t).Services {
		require.False(t, service.Privileged, name)
		if service.Build == nil {
			continue
		}
		require.True(t, service.ReadOnly, name)
		require.Equal(t, []string{"ALL"}, service.CapDrop, name)
		require.Contains(t, service.SecurityOpt, "no-new-privileges:true", name)
	}
}

// TestComposeConfiguresTheWorker compares the worker's variables with those that
// its code reads.
func TestComposeConfiguresTheWorker(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	tag := regexp.MustCompile(`env:"(\w+)"`)
	for _, folder := range []string{"worker", "activities", "domains"} {
		err := filepath.WalkDir(filepath.Join("../..", folder), func(path string, _ os.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" {
				return err
			}
			source, err := os.ReadFile(path)
			for _, found := range tag.FindAllSubmatch(source, -1) {
				known[string(found[1])] = true
			}
			return err
		})
		require.NoError(t, err)
	}
	require.NotEmpty(t, known)

	for name := range project(t).Services["worker"].Environment {
		require.True(t, known[name] || strings.HasPrefix(name, "TEMPORAL_"), "the worker does not read %s", name)
	}
}

func TestStopGraceOutlastsTheWorker(t *testing.T) {
	t.Parallel()

	worker := project(t).Services["worker"]

	require.NotNil(t, worker.StopGracePeriod)
	stop := worker.Environment["HERALD_STOP_TIMEOUT"]
	require.NotNil(t, stop)
	timeout, err := time.ParseDuration(*stop)
	require.NoError(t, err)
	require.Greater(t, time.Duration(*worker.StopGracePeriod), timeout)
}
