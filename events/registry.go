package events

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Registry knows the event types and who listens to them. It never changes
// once made, so it is safe for concurrent use.
type Registry struct {
	types  map[string]Type
	byType map[string][]Listener // in order of delivery, retired ones included
	every  []Listener
}

// NewRegistry returns the registry of the given types and listeners, in whatever
// order they come, or everything that is wrong with them.
func NewRegistry(types []Type, listeners []Listener) (*Registry, error) {
	r := &Registry{types: map[string]Type{}, byType: map[string][]Listener{}}
	var errs []error
	for _, t := range types {
		if known, twice := r.types[t.name]; twice && known.goType != t.goType {
			errs = append(errs, fmt.Errorf("event type %s is registered twice, as %s and as %s", t.name, known.goType, t.goType))
		}
		errs = append(errs, t.err)
		r.types[t.name] = t
	}
	for _, l := range listeners {
		errs = append(errs, l.validate(), r.checkReferences(l))
		if l.event == EveryType {
			r.every = append(r.every, l)
			continue
		}
		r.byType[l.event] = append(r.byType[l.event], l)
	}
	for _, name := range r.TypeNames() {
		all := append(r.byType[name], r.every...)
		slices.SortFunc(all, inOrder)
		r.byType[name] = all
		errs = append(errs, checkNames(name, all))
		if n := len(r.Listeners(name)); n > MaxListeners {
			errs = append(errs, fmt.Errorf("%s has %d listeners, at most %d are taken", name, n, MaxListeners))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

// inOrder is the order of delivery: sync before async, then from the highest
// priority to the lowest, then by name.
func inOrder(a, b Listener) int {
	if a.sync != b.sync {
		if a.sync {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.name, b.name))
}

// checkReferences reports event types that the listener names and nobody
// registered, and a loop over the listener alone.
func (r *Registry) checkReferences(l Listener) error {
	if l.err != nil {
		return nil
	}
	var errs []error
	if _, known := r.types[l.event]; !known && l.event != EveryType {
		errs = append(errs, fmt.Errorf("listener %s listens to the unknown event type %s%s", l.name, l.event, r.suggest(l.event)))
	}
	for _, name := range l.emits {
		if _, known := r.types[name]; !known {
			errs = append(errs, fmt.Errorf("listener %s emits the unknown event type %s%s", l.name, name, r.suggest(name)))
		}
		if (name == l.event || l.event == EveryType) && !l.mayLoop {
			errs = append(errs, fmt.Errorf("listener %s emits %s, to which it listens: an endless loop; mark it MayLoop if it ends by itself", l.name, name))
		}
	}
	return errors.Join(errs...)
}

func (r *Registry) suggest(name string) string {
	if near := Nearest(name, r.TypeNames()); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// checkNames reports names, present and former, that two listeners of one type share.
func checkNames(eventType string, listeners []Listener) error {
	var errs []error
	taken := map[string]bool{}
	for _, l := range listeners {
		for _, name := range append([]string{l.name}, l.formerly...) {
			if taken[name] {
				errs = append(errs, fmt.Errorf("two listeners of %s are named %s", eventType, name))
			}
			taken[name] = true
		}
	}
	return errors.Join(errs...)
}

// TypeNames returns the names of all event types in alphabetical order.
func (r *Registry) TypeNames() []string { return slices.Sorted(maps.Keys(r.types)) }

// Type returns the event type with the given name.
func (r *Registry) Type(name string) (Type, bool) {
	t, ok := r.types[name]
	return t, ok
}

// ErrUnknownType is wrapped by the error of [Registry.Check] for a type that
// nobody registered.
var ErrUnknownType = errors.New("unknown event type")

// Check reports what is wrong with an event that came from outside: a type that
// nobody registered, with the nearest one that exists, or data that does not fit
// the type. It returns env with the subject and the version that are missing
// filled in.
func (r *Registry) Check(env Envelope) (Envelope, error) {
	t, ok := r.types[env.Type]
	if !ok {
		hint := r.suggest(env.Type)
		if hint == "" {
			hint = "; known are " + strings.Join(r.TypeNames(), ", ")
		}
		return env, fmt.Errorf("%w %q%s", ErrUnknownType, env.Type, hint)
	}
	if env.Version == 0 {
		env.Version = t.version
	}
	if env.Subject == "" {
		// An error shows again, field by field, in the check below.
		env.Subject, _ = t.AggregateID(env)
	}
	return env, t.Check(env)
}

// Listeners returns the listeners of an event type in the order of delivery,
// without the retired ones.
func (r *Registry) Listeners(eventType string) []Listener {
	return slices.DeleteFunc(slices.Clone(r.byType[eventType]), Listener.IsRetired)
}

// Find returns the listener that a delivery of the given type planned under the
// given name, present or former. Listeners to every type know types that nobody registered here, too.
func (r *Registry) Find(name, eventType string) (Listener, bool) {
	listeners, known := r.byType[eventType]
	if !known {
		listeners = r.every
	}
	for _, l := range listeners {
		if l.name == name || slices.Contains(l.formerly, name) {
			return l, true
		}
	}
	return Listener{}, false
}

// Names returns every name under which a listener may be called, former ones
// included, in alphabetical order: the activity types of a worker.
func (r *Registry) Names() []string {
	names := map[string]bool{}
	for _, listeners := range r.byType {
		for _, l := range append(slices.Clone(listeners), r.every...) {
			for _, name := range append([]string{l.name}, l.formerly...) {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
