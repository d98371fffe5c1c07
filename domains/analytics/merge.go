package analytics

import (
	"encoding/json"
	"time"

	"github.com/herald-bus/herald/events"
)

// A merge puts what one event says into a fact. Each field remembers the event
// that wrote it, and only a later one overwrites it: the outcome is the same in
// whatever order events arrive, and however often.
type merge struct {
	by      stamp
	seen    map[string]stamp
	changed bool
}

// A stamp is an event's place in the order of events.
type stamp struct {
	At    time.Time `json:"at"`
	Event string    `json:"event"`
}

func (s stamp) before(other stamp) bool {
	if s.At.Equal(other.At) {
		return s.Event < other.Event
	}
	return s.At.Before(other.At)
}

// newMerge continues a fact whose fields were written as seen, in JSON, has it.
func newMerge(by events.Meta, seen string) (*merge, error) {
	m := &merge{by: stamp{by.Time, by.ID}, seen: map[string]stamp{}}
	return m, json.Unmarshal([]byte(seen), &m.seen)
}

// set writes the field with the given name unless a later event has.
func set[T any](m *merge, name string, field *T, value T) {
	if last, written := m.seen[name]; written && !last.before(m.by) {
		return
	}
	m.overwrite(name)
	*field = value
}

// setStatus is set for a status, of which the one that is more final wins when two
// happen at the same instant.
func setStatus(m *merge, field *Status, value Status) {
	const name = "status"
	if last, written := m.seen[name]; written && last.At.Equal(m.by.At) && finality[value] != finality[*field] {
		if finality[value] > finality[*field] {
			m.overwrite(name)
			*field = value
		}
		return
	}
	set(m, name, field, value)
}

// once reports whether the fact has not heard of that name yet.
func (m *merge) once(name string) bool {
	if _, known := m.seen[name]; known {
		return false
	}
	m.overwrite(name)
	return true
}

func (m *merge) overwrite(name string) {
	m.seen[name] = m.by
	m.changed = true
}

func (m *merge) encode() (string, error) {
	seen, err := json.Marshal(m.seen)
	return string(seen), err
}
