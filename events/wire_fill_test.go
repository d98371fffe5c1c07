package events_test

import (
	"encoding"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

// writeMissing writes the golden of the current version, if it is missing. Older
// ones can't be made up any more: they were written when they were current.
func writeMissing(t *testing.T, kind events.Type) {
	t.Helper()
	file := wireFile(kind.Name(), kind.Version())
	if _, err := os.Stat(file); err == nil {
		return
	}
	value := reflect.New(kind.GoType())
	fill(t, value.Elem(), "")
	event, ok := value.Elem().Interface().(events.Event)
	require.True(t, ok)
	at := time.Date(2027, time.March, 30, 8, 0, 0, 0, time.UTC)
	env := events.Envelope{
		Meta: events.Meta{
			ID: "0195e4c2-5a00-7000-8000-000000000001", Source: "/herald/example", Type: kind.Name(), Version: kind.Version(),
			Subject: event.AggregateID(), AggregateType: kind.AggregateType(), Time: at, CorrelationID: "0195e4c2-5a00-7000-8000-000000000002",
			CausationID: "0195e4c2-5a00-7000-8000-000000000003", CausedBy: "staff:7", TenantID: "0195e4c2-5a00-7000-8000-0000000000aa", Hops: 1,
			TraceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", DeliverAt: at.Add(time.Hour), Metadata: map[string]string{"batch": "7"},
		},
		Data: json.RawMessage(encode(t, event)),
	}
	require.NoError(t, os.MkdirAll(wireDir, 0o755))
	require.NoError(t, os.WriteFile(file, indent(t, env), 0o644))
	t.Logf("%s: written; replace what is not realistic by hand", file)
}

// likely are values for fields of the given names, fit for the enums among them.
var likely = map[string]string{
	"zone": "Europe/Berlin", "status": "confirmed", "origin": "voice", "currency": "EUR", "language": "de",
	"direction": "inbound", "caller_id": "presented", "email": "ada@lovelace.example", "branch_email": "mitte@salon.example",
	"phone": "+4917604069001", "branch_phone": "+493023125001", "from_number": "+491713920001", "to_number": "+493023125001",
	"attendee_name": "Ada Lovelace", "service_name": "Haarschnitt", "staff_names": "Grace Hopper", "branch_name": "Salon Mitte",
	"branch_address": "Musterweg 1, 10115 Berlin",
}

// fill sets every field that JSON shows: times in ascending order, texts by the
// field's name.
func fill(t *testing.T, v reflect.Value, name string) {
	t.Helper()
	instants := 0
	var set func(v reflect.Value, name string)
	set = func(v reflect.Value, name string) {
		_, decodesItself := v.Addr().Interface().(encoding.TextUnmarshaler)
		switch {
		case v.Type() == reflect.TypeFor[time.Time]():
			v.Set(reflect.ValueOf(time.Date(2027, time.April, 6, 9, 15*instants, 0, 0, time.UTC)))
			instants++
		case decodesItself:
			t.Logf("%s (%s) decodes itself: set it by hand", name, v.Type())
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				field := v.Type().Field(i)
				tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if field.IsExported() && tag != "-" {
					set(v.Field(i), tag)
				}
			}
		case v.Kind() == reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			set(v.Elem(), name)
		case v.Kind() == reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			set(v.Index(0), name)
		case v.Kind() == reflect.String:
			text, known := likely[name]
			if !known {
				text = strings.TrimSuffix(name, "_id") + "-7"
			}
			v.SetString(text)
		case v.Kind() == reflect.Bool:
			v.SetBool(true)
		case v.CanInt():
			v.SetInt(7)
		case v.CanFloat():
			v.SetFloat(0.5)
		}
	}
	set(v, name)
}
