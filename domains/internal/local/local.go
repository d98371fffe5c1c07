// Package local keeps what the domains put into files: beside the database where
// nothing else is configured, so that Herald runs with no service around it.
package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Config says where the files live. Embed it in the configuration of whatever
// writes some.
type Config struct {
	// DataDir is the folder of the database and of everything that has no folder
	// of its own.
	DataDir string `env:"HERALD_DATA_DIR" envDefault:".herald"`
}

// Dir returns the folder that was configured, or else the one with the given name
// in the data folder.
func (c Config) Dir(configured, name string) string {
	if configured != "" {
		return configured
	}
	return filepath.Join(c.DataDir, name)
}

// FileName makes a file's name of any key: different keys have different names,
// and none leaves its folder. A slash becomes an underscore; whatever else is no
// letter, digit, dot or hyphen is written as %XX.
func FileName(key string) string {
	var b strings.Builder
	for _, c := range []byte(key) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.' && b.Len() > 0:
			b.WriteByte(c)
		case c == '/':
			b.WriteByte('_')
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Exists reports whether there is a file, or a folder, at path.
func Exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Write puts the content at path, making its folder if need be. Whoever reads, or
// kills, at any moment finds the old file or the new one, never a part. Only the
// owner may read it.
func Write(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".writing-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Remove takes the file away; one that is not there is gone already.
func Remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
