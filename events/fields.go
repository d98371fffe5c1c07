package events

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A DataError lists what is wrong with an event's data, one fault a field.
type DataError struct {
	Type   string
	Faults []FieldFault
}

// A FieldFault is one wrong field: its path (JSON names joined by dots, list
// positions in brackets) and what to do about it.
type FieldFault struct {
	Field   string `json:"field"`
	Problem string `json:"problem"`
}

func (e *DataError) Error() string {
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = strings.TrimSpace(f.Field + " " + f.Problem)
	}
	return fmt.Sprintf("data of %s: %s", e.Type, strings.Join(parts, "; "))
}

// Field is a JSON field of an event type.
type Field struct {
	Name     string
	Required bool
	Type     reflect.Type
}

// FieldsOf returns the JSON fields of a struct type, in the order of the source,
// those of embedded structs in place. A field is required unless its tag says
// omitempty or omitzero.
func FieldsOf(t reflect.Type) []Field {
	var fields []Field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, hasTag := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case name == "-" && options == "":
			continue
		case f.Anonymous && f.Type.Kind() == reflect.Struct && name == "":
			fields = append(fields, FieldsOf(f.Type)...)
			continue
		case !f.IsExported():
			continue
		case !hasTag || name == "":
			name = f.Name
		}
		optional := slices.ContainsFunc(strings.Split(options, ","), func(o string) bool { return o == "omitempty" || o == "omitzero" })
		fields = append(fields, Field{Name: name, Required: !optional, Type: f.Type})
	}
	return fields
}

// checkFields compares data with the fields of the struct type t.
func checkFields(t reflect.Type, data json.RawMessage) []FieldFault {
	var faults []FieldFault
	walk(t, data, "", func(path, problem string) {
		faults = append(faults, FieldFault{Field: path, Problem: problem})
	})
	return faults
}

func walk(t reflect.Type, data json.RawMessage, path string, report func(path, problem string)) {
	data = bytes.TrimSpace(data)
	if t.Kind() == reflect.Pointer {
		if string(data) != "null" {
			walk(t.Elem(), data, path, report)
		}
		return
	}
	switch {
	case decodesItself(t):
		leaf(t, data, path, report)
	case t.Kind() == reflect.Struct:
		walkStruct(t, data, path, report)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		var items []json.RawMessage
		if err := json.Unmarshal(data, &items); err != nil || items == nil {
			report(path, "must be a list, is "+show(data))
			return
		}
		for i, item := range items {
			walk(t.Elem(), item, fmt.Sprintf("%s[%d]", path, i), report)
		}
	default:
		leaf(t, data, path, report)
	}
}

func walkStruct(t reflect.Type, data json.RawMessage, path string, report func(path, problem string)) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		report(path, "must be a JSON object, is "+show(data))
		return
	}
	fields := FieldsOf(t)
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
		value, present := object[f.Name]
		switch isNull := string(value) == "null"; {
		case f.Required && !present:
			report(join(path, f.Name), "is missing: it is required ("+kindName(f.Type)+")")
		case f.Required && isNull && f.Type.Kind() != reflect.Pointer:
			report(join(path, f.Name), "is null: it is required ("+kindName(f.Type)+")")
		case present && !isNull:
			walk(f.Type, value, join(path, f.Name), report)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if slices.Contains(names, key) {
			continue
		}
		problem := "is unknown: the fields are " + strings.Join(names, ", ")
		if near := Nearest(key, names); near != "" {
			problem = "is unknown: did you mean " + near + "?"
		}
		report(join(path, key), problem)
	}
}

func leaf(t reflect.Type, data json.RawMessage, path string, report func(path, problem string)) {
	if string(data) == "null" {
		report(path, "is null: it must be "+kindName(t))
		return
	}
	if err := json.Unmarshal(data, reflect.New(t).Interface()); err != nil {
		report(path, "must be "+kindName(t)+", is "+show(data))
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func show(data json.RawMessage) string {
	const longest = 60
	if len(data) > longest {
		return string(bytes.ToValidUTF8(data[:longest], nil)) + "…"
	}
	return string(data)
}

func decodesItself(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func kindName(t reflect.Type) string {
	switch {
	case t.String() == "time.Time":
		return "an instant like 2027-03-30T08:00:00Z"
	case t.Kind() == reflect.Pointer:
		return kindName(t.Elem())
	case decodesItself(t):
		return t.Name()
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	default:
		return "an object"
	}
}

// Nearest returns the candidate that word is most likely a typing error of, or
// "" if none is close.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", 1+max(1, len(word)/3)
	for _, c := range candidates {
		if d := distance(word, c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := previous
			if a[i] != b[j] {
				cost++
			}
			previous = row[j+1]
			row[j+1] = min(cost, row[j]+1, previous+1)
		}
	}
	return row[len(b)]
}
