package events_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

func TestTypeOfDescribesTheStruct(t *testing.T) {
	t.Parallel()

	require.Equal(t, "order.shipped", shippedType.Name())
	require.Equal(t, 3, shippedType.Version())
	require.Equal(t, "order", shippedType.AggregateType())
	require.Equal(t, reflect.TypeFor[shipped](), shippedType.GoType())
}

func shippedAt(version int, data string) events.Envelope {
	return events.Envelope{Meta: events.Meta{Type: "order.shipped", Version: version, Subject: "o1"}, Data: json.RawMessage(data)}
}

func TestUpcastGoesStepByStep(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name    string
		version int
		data    string
		event   shipped
	}{
		{"from 1", 1, `{"order_id":"o1","address":"here"}`, shipped{"o1", []string{"here"}, "unknown"}},
		{"from 2", 2, `{"order_id":"o1","address":["here","there"]}`, shipped{"o1", []string{"here", "there"}, "unknown"}},
		{"current", 3, `{"order_id":"o1","address":["here"],"carrier":"bike"}`, shipped{"o1", []string{"here"}, "bike"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			event, err := shippedType.Decode(shippedAt(tt.version, tt.data))

			require.NoError(t, err)
			require.Equal(t, tt.event, event)
		})
	}
}

func TestUpcastFails(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name      string
		env       events.Envelope
		message   string
		permanent bool
	}{
		{"worth a retry for a newer version", shippedAt(4, `{}`), "order.shipped has version 4, this process knows versions up to 3: deploy a newer one", false},
		{"for a version that never was", shippedAt(0, `{}`), "order.shipped has no version 0", true},
		{"in the first step", shippedAt(1, `[]`), "upcast order.shipped from version 1 to 2: json: ", true},
		{"in the second step", shippedAt(2, `{}`), "upcast order.shipped from version 2 to 3: no address", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			_, err := shippedType.Upcast(tt.env)

			require.ErrorContains(t, err, tt.message)
			require.Equal(t, tt.permanent, events.IsPermanent(err))
		})
	}
}

func TestDecodeFailsForGoodOnDataThatDoesNotFit(t *testing.T) {
	t.Parallel()

	_, err := shippedType.Decode(shippedAt(3, `{"order_id":7}`))

	require.ErrorContains(t, err, "decode order.shipped: ")
	require.True(t, events.IsPermanent(err))
}

func TestAggregateIDIsTakenFromTheData(t *testing.T) {
	t.Parallel()

	id, err := shippedType.AggregateID(shippedAt(1, `{"order_id":"o1","address":"here"}`))
	require.NoError(t, err)
	require.Equal(t, "o1", id)

	_, err = shippedType.AggregateID(shippedAt(4, `{}`))
	require.ErrorContains(t, err, "deploy a newer one")
}

type (
	shouted   struct{ placed }
	unversion struct{ placed }
)

func (shouted) EventName() string   { return "Order.Placed" }
func (unversion) EventVersion() int { return 2 }

func same(data json.RawMessage) (json.RawMessage, error) { return data, nil }

func TestRegistryRefusesTypes(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name    string
		types   []events.Type
		message string
	}{
		{"a pointer", []events.Type{events.TypeOf[*placed]()}, "event type *events_test.placed: use the value type, a struct"},
		{"a name in capitals", []events.Type{events.TypeOf[shouted]()}, `event type "Order.Placed" (events_test.shouted): name it noun.past_participle in lower case`},
		{"a step that is missing", []events.Type{events.TypeOf[shipped](events.UpcastFrom(2, same))}, "event type order.shipped: no upcaster from version 1 to 2"},
		{"two upcasters from one version", []events.Type{events.TypeOf[shipped](events.UpcastFrom(1, same), events.UpcastFrom(1, same), events.UpcastFrom(2, same))}, "event type order.shipped: two upcasters from version 1"},
		{"an upcaster from version 0", []events.Type{events.TypeOf[placed](events.UpcastFrom(0, same))}, "event type order.placed: an upcaster needs a version of at least 1 and a function"},
		{"an upcaster without function", []events.Type{events.TypeOf[placed](events.UpcastFrom(1, nil))}, "an upcaster needs a version of at least 1 and a function"},
		{"upcasters of a type without version", []events.Type{events.TypeOf[placed](events.UpcastFrom(1, same))}, "event type order.placed: its upcasters lead to version 2, but it is published as version 1: let EventVersion return 2"},
		{"a version without upcasters", []events.Type{events.TypeOf[unversion]()}, "its upcasters lead to version 1, but it is published as version 2"},
		{"two structs of one name", []events.Type{events.TypeOf[placed](), events.TypeOf[namesake]()}, "event type order.placed is registered twice, as events_test.placed and as events_test.namesake"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			_, err := events.NewRegistry(tt.types, nil)

			require.ErrorContains(t, err, tt.message)
		})
	}
}

type namesake struct{ placed }

func TestRegistryTakesATypeTwice(t *testing.T) {
	t.Parallel()

	r, err := events.NewRegistry(append(types, types...), nil)

	require.NoError(t, err)
	require.Equal(t, []string{"order.packed", "order.placed", "order.shipped"}, r.TypeNames())
}
