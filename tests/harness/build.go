package harness

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Root returns the root of the checkout that the process runs in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "devserver", "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside a checkout of Herald: no devserver/go.mod above the working directory")
		}
		dir = parent
	}
}

// buildDir keeps what is built, outside of version control.
func buildDir(root string) string { return filepath.Join(root, ".build") }

// The build tag leaves out server modules that an embedded server never uses.
var devserverFlags = []string{"-tags", "disable_grpc_modules", "-ldflags", "-s -w", "-trimpath"}

// BuildDevserver returns the path of the embedded server's binary. It is built
// once for each state of its sources, whose hash names it; the first build of all
// compiles the Temporal server, which takes minutes, so progress gets a line now
// and then.
func BuildDevserver(ctx context.Context, progress io.Writer) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	source := filepath.Join(root, "devserver")
	hash, err := hashTree(source)
	if err != nil {
		return "", fmt.Errorf("hash the sources of the embedded server: %w", err)
	}
	binary := filepath.Join(buildDir(root), "devserver-"+hash+exe())
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	fmt.Fprintln(progress, "Building the embedded Temporal server. The very first time it is compiled from")
	fmt.Fprintln(progress, "source, about 1,300 packages: six to nine minutes on two cores. It is kept.")
	partial := binary + ".partial" + fmt.Sprint(os.Getpid())
	defer os.Remove(partial)
	args := append([]string{"build"}, devserverFlags...)
	command := exec.CommandContext(ctx, "go", append(args, "-o", partial, ".")...)
	command.Dir = source
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if err := runWithProgress(command, progress); err != nil {
		return "", fmt.Errorf("build the embedded server: %w", err)
	}
	return binary, os.Rename(partial, binary)
}

// Build compiles a command of the main module, such as "worker", and returns the
// path of its binary. The compiler's own cache makes a repeat cheap.
func Build(ctx context.Context, command string, flags ...string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(buildDir(root), command+strings.Join(flags, "")+exe())
	args := append([]string{"build", "-o", binary}, flags...)
	build := exec.CommandContext(ctx, "go", append(args, "./"+command)...)
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", command, err, output)
	}
	return binary, nil
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// runWithProgress runs a build and tells every half minute that it still runs.
func runWithProgress(command *exec.Cmd, progress io.Writer) error {
	output := &tail{}
	command.Stdout, command.Stderr = output, output
	started := time.Now()
	if err := command.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	const interval = 30 * time.Second
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				return fmt.Errorf("%w\n%s", err, output)
			}
			fmt.Fprintf(progress, "  built in %s\n", time.Since(started).Round(time.Second))
			return nil
		case <-ticker.C:
			fmt.Fprintf(progress, "  still building, %s so far\n", time.Since(started).Round(time.Second))
		}
	}
}

// hashTree names the state of the Go sources under dir.
func hashTree(dir string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, runtime.Version(), runtime.GOOS, runtime.GOARCH, devserverFlags)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		isSource := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		if !isSource && !strings.HasSuffix(name, "go.mod") && !strings.HasSuffix(name, "go.sum") {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", filepath.ToSlash(name), len(content))
		sum.Write(content)
		return nil
	})
	const length = 12
	return hex.EncodeToString(sum.Sum(nil))[:length], err
}

// tail keeps the last bytes that a process wrote. It is safe for concurrent use.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const longest = 16 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - longest; over > 0 {
		t.text = t.text[over:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
