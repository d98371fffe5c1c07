package main

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"
)

func TestDefaults(t *testing.T) {
	t.Parallel()

	o, err := parseOptions(nil)

	require.NoError(t, err)
	require.Equal(t, "127.0.0.1", o.IP)
	require.Equal(t, 7233, o.Port)
	require.Equal(t, "127.0.0.1", o.UIIP)
	require.Equal(t, 8233, *o.UIPort)
	require.Empty(t, o.DBFilename)
	require.Equal(t, []string{"default"}, o.Namespaces)
	require.Equal(t, slog.LevelError, o.LogLevel)
}

func TestFlags(t *testing.T) {
	t.Parallel()

	o, err := parseOptions(strings.Fields(`--port 9000 --ip 0.0.0.0 --ui-ip localhost --headless
		--db-filename my.db --namespace clinic --namespace salon --log-level never --log-format json
		--search-attribute TenantId=keyword --search-attribute=WaitingFor=KeywordList
		--dynamic-config-value frontend.namespaceRPS=500`))

	require.NoError(t, err)
	require.Equal(t, 10000, *o.UIPort)
	require.Equal(t, "127.0.0.1", o.UIIP)
	require.True(t, o.Headless)
	require.True(t, filepath.IsAbs(o.DBFilename))
	require.Equal(t, []string{"clinic", "salon"}, o.Namespaces)
	require.Equal(t, []string{"clinic", "salon", "default"}, o.allNamespaces())
	require.Equal(t, logNever, o.LogLevel)
	require.True(t, o.LogJSON)
	require.Equal(t, map[string]enumspb.IndexedValueType{
		"TenantId":   enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"WaitingFor": enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
	}, o.SearchAttributes)
	require.Equal(t, 500, dynamicConfig(o.DynamicConfig).GetValue(dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key())[0].Value)
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		name, args, want string
	}{
		{"unknown flag", "--prot 1", "unknown flag --prot: did you mean --port?"},
		{"quite unknown flag", "--frobnicate", "unknown flag --frobnicate (see"},
		{"no value", "--port", "flag --port needs a value"},
		{"argument", "start", `argument "start": devserver takes flags only`},
		{"port", "--port http", `--port "http": not a port: use a number from 1 to 65535, or 0`},
		{"port too high", "--ui-port 65536", `--ui-port "65536": not a port`},
		{"same ports", "--port 9000 --ui-port 9000", `--ui-port "9000": it is also the value of --port`},
		{"host name", "--ip example.com", `--ip "example.com": not an IP address: use 127.0.0.1`},
		{"level", "--log-level loud", `--log-level "loud": not a level: use debug, info, warn, error or never`},
		{"format", "--log-format xml", `--log-format "xml": not a format: use text or json`},
		{"file name", "--db-filename a?b", `--db-filename "a?b": SQLite reads`},
		{"system namespace", "--namespace temporal-system", `--namespace "temporal-system": not a name`},
		{"attribute", "--search-attribute TenantId", `--search-attribute "TenantId": use NAME=TYPE`},
		{"attribute type", "--search-attribute A=Blob", "use one of Bool, Datetime, Double, Int, Keyword, KeywordList, Text"},
		{"setting", "--dynamic-config-value frontend.rps", "use KEY=JSON"},
		{"setting's JSON", "--dynamic-config-value frontend.rps=many", "the value is not JSON"},
		{"setting's key", "--dynamic-config-value frontend.rsp=1", "unregistered key"},
		{"setting's type", "--dynamic-config-value frontend.rps=true", "validation failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			var stdout, stderr bytes.Buffer
			code := run(strings.Fields(test.args), &stdout, &stderr)

			require.Equal(t, exitUsage, code)
			require.Contains(t, stderr.String(), test.want)
			require.Equal(t, 1, strings.Count(stderr.String(), "\n"), "one error, one line")
			require.Empty(t, stdout.String())
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()

	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run([]string{"--help"}, &stdout, &stderr))
	require.Empty(t, stderr.String())
	for line := range strings.Lines(stdout.String()) {
		require.LessOrEqual(t, len(line), 81, line)
	}
	for _, name := range newParser().names() {
		require.Regexp(t, `\n  --`+name+`\s`, stdout.String(), "every flag is explained")
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()

	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run([]string{"--version"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "Temporal server v1.")
}

func TestDynamicConfigDefaultsAreValid(t *testing.T) {
	t.Parallel()

	for _, s := range defaults {
		require.NoError(t, s.of.Validate(s.value), s.of.Key().String())
	}
}
