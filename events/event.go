package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// An Event is a fact, named in the past tense: a plain struct whose JSON fields
// are the event's data. A field without the tag option omitempty or omitzero is
// required on the wire.
//
// EventName and AggregateID are called on zero values too, so they must not
// dereference anything.
type Event interface {
	// EventName returns the type on the wire, such as "appointment.created". It is
	// part of every stored history and never changes.
	EventName() string
	// AggregateID returns the id of the thing that the event happened to: the
	// subject of the CloudEvent.
	AggregateID() string
}

// A Validator is an [Event] with rules beyond the presence and the types of its
// fields, such as enums. The error is shown to whoever published the event.
type Validator interface {
	Validate() error
}

// OneOf is for a [Validator]: nil if the value of a field, an enum, is allowed.
func OneOf[S ~string](field string, value S, allowed ...S) error {
	if !slices.Contains(allowed, value) {
		return fmt.Errorf("%s %q must be one of %q", field, value, allowed)
	}
	return nil
}

// Versioned is an [Event] whose data is at a version above 1. It says so itself,
// because a publisher seals events without knowing any [Type].
type Versioned interface {
	EventVersion() int
}

func versionOf(e Event) int {
	if v, ok := e.(Versioned); ok {
		return v.EventVersion()
	}
	return 1
}

// A Type is an event type as the bus knows it: name, current version, the Go
// struct, and how older versions become the current one. Make one with [TypeOf].
type Type struct {
	name      string
	version   int
	goType    reflect.Type
	upcasters map[int]Upcaster
	err       error
}

// An Upcaster turns the data of one version into the data of the next. It is a
// pure function: it is called again for every listener and every retry.
type Upcaster func(data json.RawMessage) (json.RawMessage, error)

// A TypeOption configures [TypeOf].
type TypeOption func(*Type)

// UpcastFrom registers how data of the given version becomes data of version+1,
// and raises the type's current version to at least that. Without upcasters a
// type is at version 1; with them it is [Versioned].
func UpcastFrom(version int, up Upcaster) TypeOption {
	return func(t *Type) {
		switch {
		case version < 1 || up == nil:
			t.err = errors.Join(t.err, fmt.Errorf("event type %s: an upcaster needs a version of at least 1 and a function", t.name))
			return
		case t.upcasters[version] != nil:
			t.err = errors.Join(t.err, fmt.Errorf("event type %s: two upcasters from version %d", t.name, version))
		}
		t.upcasters[version] = up
		t.version = max(t.version, version+1)
	}
}

var typeName = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// TypeOf describes the event type E, which must be a struct, not a pointer. What
// is wrong with it is reported by [NewRegistry].
func TypeOf[E Event](options ...TypeOption) Type {
	goType := reflect.TypeFor[E]()
	t := Type{version: 1, goType: goType, upcasters: map[int]Upcaster{}}
	if goType.Kind() != reflect.Struct {
		t.name = goType.String()
		t.err = fmt.Errorf("event type %s: use the value type, a struct", goType)
		return t
	}
	var zero E
	t.name = zero.EventName()
	if !typeName.MatchString(t.name) {
		t.err = fmt.Errorf("event type %q (%s): name it noun.past_participle in lower case", t.name, goType)
	}
	for _, option := range options {
		option(&t)
	}
	for version := 1; version < t.version; version++ {
		if t.upcasters[version] == nil {
			t.err = errors.Join(t.err, fmt.Errorf("event type %s: no upcaster from version %d to %d", t.name, version, version+1))
		}
	}
	if v := versionOf(zero); v != t.version {
		t.err = errors.Join(t.err, fmt.Errorf("event type %s: its upcasters lead to version %d, but it is published as version %d: let EventVersion return %d", t.name, t.version, v, t.version))
	}
	return t
}

// Name returns the type's name on the wire.
func (t Type) Name() string { return t.name }

// Version returns the current version, 1 or more.
func (t Type) Version() int { return t.version }

// AggregateType returns the noun in front of the dot.
func (t Type) AggregateType() string { return aggregateType(t.name) }

// GoType returns the struct that the data decodes to.
func (t Type) GoType() reflect.Type { return t.goType }

func aggregateType(name string) string {
	noun, _, _ := strings.Cut(name, ".")
	return noun
}

// Upcast returns the data of env as the current version has it. A version newer
// than the current one is an error worth a retry: a newer worker knows it.
func (t Type) Upcast(env Envelope) (json.RawMessage, error) {
	if env.Version > t.version {
		return nil, fmt.Errorf("%s has version %d, this process knows versions up to %d: deploy a newer one", env.Type, env.Version, t.version)
	}
	data := env.Data
	for version := env.Version; version < t.version; version++ {
		up := t.upcasters[version]
		if up == nil {
			return nil, Permanent(fmt.Errorf("%s has no version %d", env.Type, version))
		}
		next, err := up(data)
		if err != nil {
			return nil, Permanent(fmt.Errorf("upcast %s from version %d to %d: %w", env.Type, version, version+1, err))
		}
		data = next
	}
	return data, nil
}

// Decode returns the event in env as its current Go struct.
func (t Type) Decode(env Envelope) (Event, error) {
	data, err := t.Upcast(env)
	if err != nil {
		return nil, err
	}
	value := reflect.New(t.goType)
	if err := json.Unmarshal(data, value.Interface()); err != nil {
		return nil, Permanent(fmt.Errorf("decode %s: %w", env.Type, err))
	}
	event, ok := value.Elem().Interface().(Event)
	if !ok {
		return nil, Permanent(fmt.Errorf("decode %s: %s is no event", env.Type, t.goType))
	}
	return event, nil
}

// Check reports everything that is wrong with the data of env: fields that are
// missing, unknown or of the wrong type, each by its path, and what the type's
// own Validate says. A subject that is not the aggregate's id is wrong too.
func (t Type) Check(env Envelope) error {
	data, err := t.Upcast(env)
	if err != nil {
		return err
	}
	if faults := checkFields(t.goType, data); len(faults) > 0 {
		return &DataError{Type: t.name, Faults: faults}
	}
	event, err := t.Decode(Envelope{Meta: Meta{Type: env.Type, Version: t.version}, Data: data})
	if err != nil {
		return err
	}
	if v, ok := event.(Validator); ok {
		if err := v.Validate(); err != nil {
			return fmt.Errorf("data of %s: %w", t.name, err)
		}
	}
	if id := event.AggregateID(); id != env.Subject {
		return fmt.Errorf("subject %q is not the id of the aggregate in the data, %q: leave the subject out or make them equal", env.Subject, id)
	}
	return nil
}

// AggregateID returns the subject that the data of env implies.
func (t Type) AggregateID(env Envelope) (string, error) {
	event, err := t.Decode(env)
	if err != nil {
		return "", err
	}
	return event.AggregateID(), nil
}
