package storetest

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// server returns the address of a PostgreSQL server, started once a test binary,
// with the extension that exclusion constraints need: schemas share it.
var server = sync.OnceValues(func() (string, error) {
	address, err := find()
	if err != nil {
		return "", err
	}
	admin, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	_, err = admin.Exec(`CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public`)
	return address, errors.Join(err, admin.Close())
})

// errNoServer means that there is none to find, as opposed to one that fails.
var errNoServer = errors.New("no PostgreSQL to test on: set TEST_DATABASE_URL or install the package postgresql")

func find() (string, error) {
	if address := os.Getenv("TEST_DATABASE_URL"); address != "" {
		return address, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errNoServer
	}
	return start(filepath.Dir(slices.Max(found)))
}

// lifeline is the server's input. Were it collected it would be closed.
var lifeline io.WriteCloser //nolint:unused // held, not read //nolint:unused // being kept is its use

// script starts a server that listens on a socket in its own folder, says so, and
// waits for the end of its input: for this process to end, however it does. Then
// it stops the server and takes everything away. An interrupt at the terminal is
// meant for the tests, not for this.
const script = `
set -e
trap '' INT HUP TERM
export PATH="$1:$PATH"
cd "$2"
initdb -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1
pg_ctl -D data -l log -w -s -o "-c listen_addresses='' -c unix_socket_directories='$2' -c fsync=off -c max_connections=300" start >>log 2>&1
echo ready
cat >/dev/null
pg_ctl -D data -m immediate -w -s stop
rm -rf "$2"
`

func start(binaries string) (string, error) {
	dir, err := os.MkdirTemp("", "herald-postgres-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", binaries, dir)
	if os.Getuid() == 0 { // as root the server refuses to run
		if err := runAsPostgres(cmd, dir); err != nil {
			return "", err
		}
	}
	if lifeline, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "ready" {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return "", fmt.Errorf("start PostgreSQL: %w\n%s", cmd.Wait(), log)
	}
	return "postgres://postgres@/postgres?host=" + dir, nil
}

func runAsPostgres(cmd *exec.Cmd, dir string) error {
	account, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return os.Chown(dir, uid, gid)
}
