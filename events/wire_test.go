package events_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/notification"
	"github.com/herald-bus/herald/events/resilience"
)

var update = flag.Bool("update", false, "write the wire goldens that are missing; those that exist are edited by hand")

// wireTypes are the event types of every noun package.
var wireTypes = map[string][]events.Type{
	"appointment":  appointment.Types,
	"audit":        audit.Types,
	"availability": availability.Types,
	"calendar":     calendar.Types,
	"call":         call.Types,
	"customer":     customer.Types,
	"notification": notification.Types,
	"resilience":   resilience.Types,
}

const wireDir = "testdata/wire"

// golden is one complete event of one version, as it once was published.
type golden struct {
	file string
	text []byte
	env  events.Envelope
	kind events.Type
}

// readGoldens returns all files; a file of a type that is gone ends the test.
func readGoldens(t *testing.T) map[string]golden {
	t.Helper()
	files, err := filepath.Glob(wireDir + "/*.json")
	require.NoError(t, err)
	registered := map[string]events.Type{}
	for _, types := range wireTypes {
		for _, kind := range types {
			registered[kind.Name()] = kind
		}
	}
	goldens := map[string]golden{}
	for _, file := range files {
		g := golden{file: file}
		g.text, err = os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(g.text, &g.env), file)
		var known bool
		g.kind, known = registered[g.env.Type]
		require.True(t, known, "%s: the type %s is not registered, yet its events must decode for ever", file, g.env.Type)
		require.Equal(t, wireFile(g.env.Type, g.env.Version), file, "a golden is named after its type and version")
		goldens[file] = g
	}
	return goldens
}

func wireFile(name string, version int) string {
	return fmt.Sprintf("%s/%s.v%d.json", wireDir, name, version)
}

func TestWireKnowsEveryNounPackage(t *testing.T) {
	t.Parallel()

	folders, err := os.ReadDir(".")
	require.NoError(t, err)
	var nouns []string
	others := []string{"eventsfx", "eventstest", "testdata", "figures"} // figures are asked for, not announced
	for _, f := range folders {
		if f.IsDir() && !slices.Contains(others, f.Name()) {
			nouns = append(nouns, f.Name())
		}
	}

	require.Equal(t, nouns, slices.Sorted(maps.Keys(wireTypes)), "add the package's Types to wireTypes")
	for noun, types := range wireTypes {
		require.NotEmpty(t, types, noun)
		for _, kind := range types {
			require.Equal(t, noun, kind.AggregateType(), "%s is in the package %s", kind.Name(), noun)
		}
	}
}

func TestWireHasAGoldenForEveryVersion(t *testing.T) {
	t.Parallel()

	for _, types := range wireTypes {
		for _, kind := range types {
			if *update {
				writeMissing(t, kind)
			}
			for version := 1; version <= kind.Version(); version++ {
				require.FileExists(t, wireFile(kind.Name(), version), "write it with go test ./events -run Wire -update, then make it realistic")
			}
		}
	}
}

func TestWireGoldensDecodeForEver(t *testing.T) {
	t.Parallel()

	for _, g := range readGoldens(t) {
		t.Run(filepath.Base(g.file), func(t *testing.T) {
			t.Parallel()

			require.NoError(t, g.env.Validate())
			require.NoError(t, g.kind.Check(g.env))
			event, err := g.kind.Decode(g.env)
			require.NoError(t, err)
			if g.env.Version < g.kind.Version() {
				return
			}
			require.Empty(t, unset(reflect.ValueOf(event), g.kind.Name()), "every field of the current version is set")
			require.Empty(t, unset(reflect.ValueOf(g.env.Meta), "envelope"), "every attribute is set")

			again, err := events.SealAt(g.env.Time, g.env, events.Backdated())
			require.NoError(t, err)
			again.Data = json.RawMessage(encode(t, event))
			require.Equal(t, string(g.text), string(indent(t, again)), "an event is written as it was read")
		})
	}
}

// indent is the form of a golden: readable, and one byte sequence an envelope.
func indent(t *testing.T, env events.Envelope) []byte {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, []byte(encode(t, env)), "", "  "))
	text.WriteByte('\n')
	return text.Bytes()
}

// unset returns the paths of all fields that have their zero value.
func unset(v reflect.Value, path string) []string {
	var paths []string
	switch {
	case v.Type() == reflect.TypeFor[time.Time]() || v.Kind() != reflect.Struct && v.IsZero():
		if v.IsZero() {
			paths = append(paths, path)
		}
	case v.Kind() == reflect.Pointer:
		return unset(v.Elem(), path)
	case v.Kind() == reflect.Slice:
		if v.Len() == 0 {
			paths = append(paths, path)
		}
		for i := range v.Len() {
			paths = append(paths, unset(v.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			paths = append(paths, unset(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
	}
	return paths
}

var (
	phone      = regexp.MustCompile(`\+[0-9]{6,}`)
	mail       = regexp.MustCompile(`[^\s"<>]+@[^\s"<>]+`)
	fictitious = regexp.MustCompile(`^\+49(3023125[0-9]{3}|8999998[0-9]{3}|17139200[0-9]{2}|176040690[0-9]{2})$`)
)

func TestWireGoldensConcernNobody(t *testing.T) {
	t.Parallel()

	for _, g := range readGoldens(t) {
		text := string(g.env.Data)
		for _, number := range phone.FindAllString(text, -1) {
			require.Regexp(t, fictitious, number, "%s: take a number that is kept for fiction", g.file)
		}
		for _, address := range mail.FindAllString(text, -1) {
			require.True(t, strings.HasSuffix(address, ".example"), "%s: %s must be under .example", g.file, address)
		}
	}
}
