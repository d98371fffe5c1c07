package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A Process is a program that was started and said that it is ready.
type Process struct {
	name   string
	cmd    *exec.Cmd
	output *tail
	done   chan struct{}
	err    error
}

// start runs a program until it prints a line on standard output, which ready
// gets as JSON. Its standard error is kept, and copied to log if there is one.
func start(ctx context.Context, cmd *exec.Cmd, ready any, log io.Writer) (*Process, error) {
	p := &Process{name: filepath.Base(cmd.Path), cmd: cmd, output: &tail{}, done: make(chan struct{})}
	cmd.Stderr = p.output
	if log != nil {
		cmd.Stderr = io.MultiWriter(p.output, log)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	line := make(chan []byte, 1)
	go func() {
		scanner := bufio.NewScanner(stdout)
		if scanner.Scan() {
			line <- scanner.Bytes()
		}
		_, _ = io.Copy(io.Discard, stdout)
		p.err = cmd.Wait()
		close(p.done)
	}()
	const patience = 90 * time.Second
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case text := <-line:
		if err := json.Unmarshal(text, ready); err != nil {
			p.Kill()
			return nil, fmt.Errorf("%s: its first line is no JSON: %s", p.name, text)
		}
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("%s ended at once: %w\n%s", p.name, errors.Join(p.err), p.output)
	case <-timeout.C:
		p.Kill()
		return nil, fmt.Errorf("%s was not ready within %s\n%s", p.name, patience, p.output)
	case <-ctx.Done():
		p.Kill()
		return nil, ctx.Err()
	}
}

// Stop interrupts the process and waits until it has ended. A process that does
// not end in time is killed.
func (p *Process) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	const patience = 45 * time.Second
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-p.done:
		return p.err
	case <-timeout.C:
		p.Kill()
		return fmt.Errorf("%s did not stop within %s", p.name, patience)
	}
}

// Kill ends the process as kill -9 does and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Output returns the end of what the process wrote to standard error.
func (p *Process) Output() string { return p.output.String() }

// A Server is a Temporal server: an embedded one that was started, or the one
// that TEMPORAL_ADDRESS names.
type Server struct {
	*Process  `json:"-"`
	Address   string `json:"address"`
	UI        string `json:"ui"`
	Namespace string `json:"namespace"`
}

// ServerOptions say how to start an embedded server.
type ServerOptions struct {
	// DB is the database file; in memory, if it is empty.
	DB string
	// Port and UIPort are free ones where they are 0.
	Port, UIPort int
	// Log gets the server's log.
	Log io.Writer
}

// StartServer starts the embedded server at the given path.
func StartServer(ctx context.Context, binary string, o ServerOptions) (*Server, error) {
	args := []string{"--port", fmt.Sprint(o.Port), "--ui-port", fmt.Sprint(o.UIPort)}
	if o.DB != "" {
		args = append(args, "--db-filename", o.DB)
	}
	server := &Server{}
	process, err := start(ctx, exec.Command(binary, args...), server, o.Log)
	server.Process = process
	return server, err
}

// External returns the server that TEMPORAL_ADDRESS names, if it is set.
func External() (*Server, bool) {
	address := os.Getenv("TEMPORAL_ADDRESS")
	if address == "" {
		return nil, false
	}
	namespace := os.Getenv("TEMPORAL_NAMESPACE")
	if namespace == "" {
		namespace = "default"
	}
	ui := os.Getenv("HERALD_UI_URL")
	if ui == "" {
		ui = "http://localhost:8233"
	}
	return &Server{Address: address, UI: ui, Namespace: namespace}, true
}

// Stop ends a server that was started; an external one goes on.
func (s *Server) Stop() error {
	if s.Process == nil {
		return nil
	}
	return s.Process.Stop()
}

// Environ returns the environment of a program that talks to the server.
func (s *Server) Environ(extra ...string) []string {
	env := append(os.Environ(), "TEMPORAL_ADDRESS="+s.Address, "TEMPORAL_NAMESPACE="+s.Namespace, "HERALD_UI_URL="+s.UI)
	return append(env, extra...)
}

// StartWorker starts the worker at the given path and returns when it is ready.
func (s *Server) StartWorker(ctx context.Context, binary string, log io.Writer, env ...string) (*Process, error) {
	cmd := exec.Command(binary)
	cmd.Env = s.Environ(env...)
	var ready struct{}
	return start(ctx, cmd, &ready, log)
}
