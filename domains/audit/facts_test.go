package audit_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	broken "github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/notification"
	"github.com/herald-bus/herald/events/resilience"
)

var quiet = slog.New(slog.DiscardHandler)

var allTypes = slices.Concat(appointment.Types, broken.Types, availability.Types, calendar.Types, call.Types, customer.Types,
	notification.Types, resilience.Types)

// personal are words that a field with a person's data has in its name.
var personal = []string{
	"name", "phone", "email", "mail", "address", "note", "text", "topic", "transcript", "display", "contact_override",
	"value", "birthday", "number", "salutation", "subject", "body", "session", "key", "details",
}

// plain are fields of type string that hold an enum, a code, a currency or an id,
// though neither their name nor their type says so.
var plain = []string{
	"action", "audience", "by", "calendar_state", "caller_id", "cancelled_by", "cause", "change", "changed", "changed_by", "channel", "code",
	"confirmed_by", "cost_currency", "created", "currency", "dates", "decision", "dependency", "direction", "disconnection_reason", "end_class",
	"from_day", "from_staff", "holds", "impact", "intent", "kind", "level", "line_type", "method", "next_step", "outcome", "outcome_source",
	"preferred_channel", "purpose", "reason", "reason_class", "reasons", "region", "rule", "scope", "sentiment", "severity", "source", "stage", "state", "status",
	"to_day", "to_staff", "type", "uid", "via", "winner", "worst_level", "zone",
}

// freeText are fields whose name sounds like a code, and which people type.
var freeText = map[string][]string{
	"appointment.cancelled":       {"reason"},
	"appointment.rescheduled":     {"reason"},
	"customer.booking_restricted": {"reason"},
}

func TestAUD7_NoFactIsAPersonsData(t *testing.T) {
	t.Parallel()
	known := map[string]events.Type{}
	for _, eventType := range allTypes {
		known[eventType.Name()] = eventType
		require.Contains(t, audit.Facts, eventType.Name(), "say which of its fields are facts, if only none")
	}
	for _, name := range slices.Sorted(maps.Keys(audit.Facts)) {
		require.Contains(t, known, name)
		for _, path := range audit.Facts[name] {
			leaf := path[strings.LastIndex(path, ".")+1:]
			for _, word := range personal {
				require.False(t, slices.Contains(strings.Split(leaf, "_"), word), "%s: %s", name, path)
			}
			require.NotContains(t, freeText[name], path, name)
			goType := fieldAt(t, known[name].GoType(), path)
			require.True(t, isPlain(goType, leaf), "%s: %s of type %s is no id, instant, enum, code, amount or boolean", name, path, goType)
		}
	}
}

// TestAUD7_TheEntriesOfTheSamplesNameNobody writes a mark into every field with a
// person's data of the reviewed events, and looks for it in their entries.
func TestAUD7_TheEntriesOfTheSamplesNameNobody(t *testing.T) {
	t.Parallel()
	for _, eventType := range allTypes {
		raw, err := os.ReadFile(filepath.Join("../../events/testdata/wire", eventType.Name()+".v1.json"))
		require.NoError(t, err)
		var env events.Envelope
		require.NoError(t, json.Unmarshal(raw, &env))
		var data any
		require.NoError(t, json.Unmarshal(env.Data, &data))
		marked := mark(data, false)
		env.Data, err = json.Marshal(marked)
		require.NoError(t, err)

		entry, err := audit.EntryOf(env, recorded)

		require.NoError(t, err)
		require.NotContains(t, entry.Facts, "MARK", eventType.Name())
	}
}

// mark replaces every text below a field with a person's data.
func mark(value any, below bool) any {
	switch v := value.(type) {
	case string:
		if below {
			return "MARK"
		}
	case []any:
		for i := range v {
			v[i] = mark(v[i], below)
		}
	case map[string]any:
		for name := range v {
			v[name] = mark(v[name], below || slices.ContainsFunc(personal, func(word string) bool { return slices.Contains(strings.Split(name, "_"), word) }))
		}
	}
	return value
}

func TestFactsAreKeptWithinReason(t *testing.T) {
	t.Parallel()

	entry, err := audit.EntryOf(envelope(`{"appointment_id": "a1", "fee": {"cents": 1500, "currency": "EUR"}, "reason": "krank", "staff_ids": ["s2", "s1"]}`), recorded)
	require.NoError(t, err)
	_, tooMuch := audit.EntryOf(envelope(`{"appointment_id": "`+strings.Repeat("a", 17<<10)+`"}`), recorded)

	require.Equal(t, `{"appointment_id":"a1","fee.cents":1500,"fee.currency":"EUR","staff_ids":["s2","s1"]}`, entry.Facts)
	require.ErrorContains(t, tooMuch, "at most 16384 are kept")
}

// fieldAt returns the type of the field that a path of JSON names leads to.
func fieldAt(t *testing.T, goType reflect.Type, path string) reflect.Type {
	t.Helper()
	name, rest, deeper := strings.Cut(path, ".")
	for _, f := range reflect.VisibleFields(goType) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != name || f.Anonymous {
			continue
		}
		if deeper {
			return fieldAt(t, f.Type, rest)
		}
		return f.Type
	}
	t.Fatalf("%s has no field %s", goType, path)
	return nil
}

func isPlain(goType reflect.Type, leaf string) bool {
	switch {
	case goType == reflect.TypeFor[time.Time]():
		return true
	case goType.Kind() == reflect.Slice:
		return isPlain(goType.Elem(), leaf)
	case goType.Kind() == reflect.Bool, goType.Kind() == reflect.Int, goType.Kind() == reflect.Int64:
		return true
	case goType.Kind() != reflect.String:
		return false
	}
	return goType.Name() != "string" || strings.HasSuffix(leaf, "_id") || strings.HasSuffix(leaf, "_ids") || slices.Contains(plain, leaf)
}
