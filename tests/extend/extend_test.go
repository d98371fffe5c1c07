// Package extend does what the README promises: it adds a listener to a domain, in
// a copy of the checkout, by one file and one line.
package extend

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/tests/harness"
)

const listener = `package notifications

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/notification"
)

// NewSendFlowers returns a listener to new appointments.
func NewSendFlowers() events.Listener {
	return events.On("notifications.send-flowers", func(_ context.Context, d events.Delivery[appointment.Created]) error {
		d.Emit(notification.Sent{NotificationID: d.ID, DeliveryID: d.ID, Channel: "post", Purpose: "flowers", DueAt: d.Time, SentAt: d.Time}, events.OccurredAt(d.Time))
		return nil
	}, events.Priority(50), events.Emits(notification.Sent{}))
}
`

func TestAListenerIsOneFileAndOneLine(t *testing.T) {
	t.Parallel()
	root, err := harness.Root()
	require.NoError(t, err)
	copied := t.TempDir()
	copyTree(t, root, copied)
	golden := filepath.Join(copied, "domains", "testdata", "choreography.golden")
	before := read(t, golden)

	write(t, filepath.Join(copied, "domains", "notifications", "send_flowers.go"), listener)
	module := filepath.Join(copied, "domains", "notifications", "module.go")
	text := read(t, module)
	extended := strings.Replace(text, "\t\tNewPlanConfirmation,\n", "\t\tNewPlanConfirmation,\n\t\tNewSendFlowers,\n", 1)
	require.NotEqual(t, text, extended)
	write(t, module, extended)

	require.Contains(t, run(t, copied, 1, "go", "test", "./domains", "-run", "TestChoreography"), "the choreography changed", "the reviewer is asked")
	run(t, copied, 0, "go", "test", "./domains", "-run", "TestChoreography", "-update")
	require.Equal(t, []string{"\tasync   50 notifications.send-flowers -> notification.sent"}, added(before, read(t, golden)))
	run(t, copied, 0, "go", "test", "./domains", "./tests/arch")
	require.Contains(t, run(t, copied, 0, "go", "run", "./starter", "listeners", "appointment.created"), "notifications.send-flowers")
}

// added returns the lines of after that before does not have; nothing may be gone.
func added(before, after string) []string {
	left := strings.Split(before, "\n")
	var fresh []string
	for _, line := range strings.Split(after, "\n") {
		if len(left) > 0 && left[0] == line {
			left = left[1:]
			continue
		}
		fresh = append(fresh, line)
	}
	return append(fresh, left...)
}

// copyTree copies the sources, without what is hidden: version control and builds.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), content, 0o644)
	}))
}

// run runs a command in dir, expects its exit code, and returns what it printed.
func run(t *testing.T, dir string, code int, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	output, err := cmd.CombinedOutput()
	require.NotNil(t, cmd.ProcessState, "%v", err)
	require.Equal(t, code, cmd.ProcessState.ExitCode(), "%s", output)
	return string(output)
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}
