package main

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
)

// A typeInfo is an event type for output.
type typeInfo struct {
	Name          string      `json:"name"`
	Version       int         `json:"version"`
	AggregateType string      `json:"aggregate_type"`
	Listeners     []string    `json:"listeners"`
	Fields        []fieldInfo `json:"fields"`
}

// A fieldInfo is a field of an event's data. Nested fields are those of an object,
// or of the objects in a list.
type fieldInfo struct {
	Name     string      `json:"name"`
	Type     string      `json:"type"`
	Required bool        `json:"required"`
	Fields   []fieldInfo `json:"fields,omitzero"`
}

func (a *app) typesCommand() *cobra.Command {
	var fields bool
	cmd := &cobra.Command{
		Use:   "types [TYPE] [flags]",
		Short: "List the event types and their fields",
		Example: `  starter types
  starter types call.started --fields
  starter types -o json`,
		Args:              positional(0, 1, ""),
		ValidArgsFunction: a.completeTypes,
	}
	cmd.Flags().BoolVar(&fields, "fields", false, "list the fields; * marks those that are required")
	cmd.RunE = a.runE(func(_ context.Context, args []string) error {
		registry, names, err := a.chosenTypes(args)
		if err != nil {
			return err
		}
		infos := make([]typeInfo, len(names))
		for i, name := range names {
			t, _ := registry.Type(name)
			infos[i] = typeInfo{t.Name(), t.Version(), t.AggregateType(), namesOf(registry.Listeners(name)), fieldsOf(t.GoType())}
		}
		return printList(a, infos, func(w io.Writer) {
			if fields {
				a.fieldTables(w, infos)
				return
			}
			rows := make([][]string, len(infos))
			for i, t := range infos {
				rows[i] = []string{t.Name, fmt.Sprint(t.Version), fmt.Sprint(len(t.Listeners)), fmt.Sprint(len(t.Fields))}
			}
			a.table(w, []string{"TYPE", ">VERSION", ">LISTENERS", ">FIELDS"}, rows)
		})
	})
	return cmd
}

// chosenTypes returns the registry and the type that the arguments name, or all.
func (a *app) chosenTypes(args []string) (*events.Registry, []string, error) {
	registry, err := a.registry(a.logger())
	if err != nil || len(args) == 0 {
		if err != nil {
			return nil, nil, err
		}
		return registry, registry.TypeNames(), nil
	}
	if _, known := registry.Type(args[0]); !known {
		// Check knows how to say it.
		_, err := registry.Check(events.Envelope{Meta: events.Meta{Type: args[0]}})
		return nil, nil, exit(exitNotFound, "%s", oneLine(err))
	}
	return registry, args, nil
}

func (a *app) fieldTables(w io.Writer, infos []typeInfo) {
	paint := a.paint(a.stdout)
	for i, t := range infos {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		_, _ = fmt.Fprintf(w, "%s (version %d)\n", paint.bold(t.Name), t.Version)
		var rows [][]string
		collect(t.Fields, "", &rows)
		a.table(w, []string{" ", "FIELD", "TYPE"}, rows)
	}
}

// collect flattens fields to rows: a mark, the path, the type.
func collect(fields []fieldInfo, prefix string, rows *[][]string) {
	for _, f := range fields {
		mark := " "
		if f.Required {
			mark = "*"
		}
		*rows = append(*rows, []string{mark, prefix + f.Name, f.Type})
		inner := prefix + f.Name + "."
		if f.Type == "list of objects" {
			inner = prefix + f.Name + "[]."
		}
		collect(f.Fields, inner, rows)
	}
}

func fieldsOf(t reflect.Type) []fieldInfo { return fieldsBelow(t, nil) }

// fieldsBelow returns the fields of a struct; a struct inside itself is not
// unfolded again.
func fieldsBelow(t reflect.Type, above []reflect.Type) []fieldInfo {
	for _, outer := range above {
		if outer == t {
			return nil
		}
	}
	above = append(above[:len(above):len(above)], t)
	var infos []fieldInfo
	for _, f := range events.FieldsOf(t) {
		info := fieldInfo{Name: f.Name, Type: typeText(f.Type), Required: f.Required}
		if inner := elementOf(f.Type); isObject(inner) {
			info.Fields = fieldsBelow(inner, above)
		}
		infos = append(infos, info)
	}
	return infos
}

// elementOf takes pointers and lists away.
func elementOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	return t
}

func isObject(t reflect.Type) bool { return t.Kind() == reflect.Struct && !decodesItself(t) }

func decodesItself(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// typeText names a field's type in the words of JSON.
func typeText(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "instant"
	case t.Kind() == reflect.Pointer:
		return typeText(t.Elem())
	case t == reflect.TypeFor[json.RawMessage]():
		return "any"
	case decodesItself(t):
		return "text"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Interface:
		return "any"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "text, base64"
		}
		return "list of " + plural(typeText(t.Elem()))
	default:
		return "whole number"
	}
}

func plural(text string) string {
	switch text {
	case "object", "number", "whole number", "instant":
		return text + "s"
	}
	return text
}
