// Package eventsfx is how a domain's fx module contributes event types and
// listeners to the registry. It is the only place that spells a group tag.
package eventsfx

import (
	"fmt"
	"reflect"

	"go.uber.org/fx"

	"github.com/herald-bus/herald/events"
)

const (
	listenersTag = `group:"listeners"`
	typesTag     = `group:"event_types,flatten"`
)

// Listeners contributes the listeners that the given constructors return. A
// constructor may have any parameters that fx can fill and returns an
// [events.Listener], and an error if it likes. One with another result would be
// dropped by fx in silence; here it stops the application.
func Listeners(constructors ...any) fx.Option {
	options := make([]fx.Option, len(constructors))
	for i, constructor := range constructors {
		t := reflect.TypeOf(constructor)
		if t == nil || t.Kind() != reflect.Func || t.NumOut() == 0 || t.Out(0) != reflect.TypeFor[events.Listener]() {
			options[i] = fx.Error(fmt.Errorf("eventsfx: %T does not return an events.Listener", constructor))
			continue
		}
		options[i] = fx.Provide(fx.Annotate(constructor, fx.ResultTags(listenersTag)))
	}
	return fx.Options(options...)
}

// Types contributes event types.
func Types(types ...events.Type) fx.Option {
	return fx.Supply(fx.Annotate(types, fx.ResultTags(typesTag)))
}

// Registry provides the [*events.Registry] of everything that was contributed.
// Nobody who does not ask for it builds a listener.
var Registry = fx.Provide(fx.Annotate(
	events.NewRegistry,
	fx.ParamTags(`group:"event_types"`, `group:"listeners"`),
))
