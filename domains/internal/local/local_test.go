package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/herald-bus/herald/domains/internal/local"
)

func TestFileName(t *testing.T) {
	t.Parallel()

	require.Equal(t, "0198_notifications.plan-confirmation", local.FileName("0198/notifications.plan-confirmation"))
	require.Equal(t, "%2E._etc_passwd", local.FileName("../etc/passwd"))
	require.Equal(t, "%5F%C3%A4", local.FileName("_ä"))
}

func TestFileNamesOfDifferentKeysDiffer(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[a/_.%2F-]{0,6}`)
		a, b := key.Draw(t, "a"), key.Draw(t, "b")

		require.Equal(t, a == b, local.FileName(a) == local.FileName(b))
		require.Equal(t, local.FileName(a), filepath.Base("/x/" + local.FileName(a) + "x")[:len(local.FileName(a))])
	})
}

func TestWriteReplacesTheWholeFile(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "outbox", "a.eml")

	require.NoError(t, local.Write(path, []byte("a longer text")))
	require.NoError(t, local.Write(path, []byte("short")))

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "short", string(content))
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no half-written file stays behind")
}

func TestRemoveTwice(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "a.ics")
	require.NoError(t, local.Write(path, nil))

	require.NoError(t, local.Remove(path))
	require.NoError(t, local.Remove(path))

	exists, err := local.Exists(path)
	require.NoError(t, err)
	require.False(t, exists)
}
