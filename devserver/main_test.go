package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

// asDevserver makes the test binary behave as devserver, so that tests can
// kill one without building another.
const asDevserver = "HERALD_TEST_RUN_DEVSERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asDevserver) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// A process is a devserver in a process of its own.
type process struct {
	*exec.Cmd

	ready  Ready
	stderr bytes.Buffer
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()

	p := &process{Cmd: exec.Command(os.Args[0], args...)}
	p.Env = append(os.Environ(), asDevserver+"=1")
	p.Stderr = &p.stderr
	stdout, err := p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })

	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	require.NoError(t, err, "no ready line; standard error: %s", &p.stderr)
	require.NoError(t, json.Unmarshal(line, &p.ready))
	return p
}

func TestReadyLine(t *testing.T) {
	t.Parallel()

	p := startProcess(t, "--port", "0", "--namespace", "clinic", "--namespace", "salon")

	require.Equal(t, p.Process.Pid, p.ready.PID)
	require.Equal(t, "clinic", p.ready.Namespace)
	require.Empty(t, p.ready.DB)
	requireOK(t, p.ready.UI+"/api/v1/namespaces")
	requireOK(t, p.ready.UI+"/")
	for _, name := range []string{"clinic", "salon", "default"} {
		requireNamespace(t, p.ready.Address, name)
	}

	started := time.Now()
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.Wait())
	require.Less(t, time.Since(started), stopTimeout)
	require.Empty(t, p.stderr.String())
}

func TestSurvivesKill(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "temporal.db")
	p := startProcess(t, "--port", "0", "--headless", "--db-filename", file)
	require.Equal(t, file, p.ready.DB)
	require.Empty(t, p.ready.UI)
	startSleeper(t, dial(t, p.ready.Address), "survivor")
	require.NoError(t, p.Process.Kill())
	_ = p.Wait()

	p = startProcess(t, "--port", "0", "--headless", "--db-filename", file)
	c := dial(t, p.ready.Address)
	description, err := c.DescribeWorkflowExecution(t.Context(), "survivor", "")
	require.NoError(t, err)
	require.Equal(t, "survivor", description.GetWorkflowExecutionInfo().GetExecution().GetWorkflowId())
	require.Eventually(t, func() bool { return countWorkflows(t, c) == 1 }, 10*time.Second, pollInterval)

	var stdout, stderr bytes.Buffer
	code := run([]string{"--port", "0", "--headless", "--db-filename", file}, &stdout, &stderr)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr.String(), fmt.Sprintf("in use by another devserver (process %d)", p.Process.Pid))
	require.Empty(t, stdout.String())
}

func TestTakenPort(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)

	for _, flag := range []string{"--port", "--ui-port"} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()

			var stdout, stderr bytes.Buffer
			code := run([]string{"--port", "0", flag, port}, &stdout, &stderr)

			require.Equal(t, exitFailed, code)
			require.Contains(t, stderr.String(), "can't listen on port "+port)
			require.Contains(t, stderr.String(), "choose another port with "+flag)
			require.Empty(t, stdout.String())
		})
	}
}

func TestForeignFile(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "letter.txt")
	require.NoError(t, os.WriteFile(file, bytes.Repeat([]byte("Dear reader, "), 1000), 0o600))

	var stdout, stderr bytes.Buffer
	code := run([]string{"--port", "0", "--db-filename", file}, &stdout, &stderr)

	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr.String(), "choose another file with --db-filename")
}

func requireOK(t *testing.T, url string) {
	t.Helper()

	response, err := http.Get(url) //nolint:noctx // a test against this machine
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode, url)
}

func requireNamespace(t *testing.T, address, name string) {
	t.Helper()

	c, err := client.NewNamespaceClient(client.Options{HostPort: address})
	require.NoError(t, err)
	defer c.Close()
	described, err := c.Describe(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, retention, described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
}
