package events_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

func TestEnvelopeGoesThroughJSON(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name string
		env  events.Envelope
	}{
		{"with every attribute", full(t)},
		{"with the defaults", seal(t, placed{OrderID: "o1"})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			decoded := decode(t, encode(t, tt.env))

			require.JSONEq(t, string(tt.env.Data), string(decoded.Data))
			decoded.Data = tt.env.Data
			require.Equal(t, tt.env, decoded)
		})
	}
}

func TestEnvelopeBytesAreAlphabeticalAndStable(t *testing.T) {
	t.Parallel()

	const wire = `{"aggregatetype":"order","batch":"a","causationid":"0190a000-0000-7000-8000-0000000000bb","causedby":"staff:7",` +
		`"correlationid":"trip-7","data":{"order_id":"o1","note":"\u003cquick\u003e \u0026 \"dirty\" \u2028"},"datacontenttype":"application/json",` +
		`"dataschema":"urn:herald:schema:order.placed:2","deliverat":"2027-03-30T13:00:00Z","hops":3,"id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301",` +
		`"note":"b","source":"/shop","specversion":"1.0","subject":"o1","tenantid":"0190a000-0000-7000-8000-0000000000aa",` +
		`"time":"2027-03-30T12:00:00.123456Z","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","type":"order.placed"}`
	env := full(t)

	for range 20 {
		require.Equal(t, wire, encode(t, env))
	}
	require.Equal(t, wire, encode(t, decode(t, wire)))
}

func TestEnvelopeLeavesEmptyAttributesOut(t *testing.T) {
	t.Parallel()

	env := seal(t, placed{OrderID: "o1"}, events.ID(eventID))

	require.Equal(t, `{"aggregatetype":"order","correlationid":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","data":{"order_id":"o1"},`+
		`"datacontenttype":"application/json","dataschema":"urn:herald:schema:order.placed:1","hops":0,"id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301",`+
		`"source":"/herald","specversion":"1.0","subject":"o1","tenantid":"0190a000-0000-7000-8000-0000000000aa","time":"2027-03-30T12:00:00Z","type":"order.placed"}`,
		encode(t, env))
}

func TestEnvelopeRefusesOnReading(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct{ name, attributes, message string }{
		{"a repeated attribute", `"specversion":"1.0","id":"a","id":"b"`, "attribute id is there twice: keep one"},
		{"repeated metadata", `"specversion":"1.0","note":"a","note":"b"`, "attribute note is there twice: keep one"},
		{"binary data", `"specversion":"1.0","data_base64":"AA=="`, `attribute data_base64 is "": send the data as JSON in the attribute data`},
		{"binary beside JSON data", `"specversion":"1.0","data":{},"data_base64":"AA=="`, "send the data as JSON"},
		{"no specversion", `"id":"a"`, `attribute specversion is "": write "1.0"`},
		{"another specversion", `"specversion":"0.3"`, `attribute specversion is "0.3": write "1.0"`},
		{"another content type", `"specversion":"1.0","datacontenttype":"text/xml"`, `attribute datacontenttype is "text/xml": only application/json is taken`},
		{"the schema of another type", `"specversion":"1.0","type":"a.b","dataschema":"urn:herald:schema:a.c:1"`, `attribute dataschema is "urn:herald:schema:a.c:1": leave it out or write urn:herald:schema:a.b:1`},
		{"a schema without version", `"specversion":"1.0","type":"a.b","dataschema":"urn:herald:schema:a.b"`, "leave it out or write urn:herald:schema:a.b:1"},
		{"a schema that is only a number", `"specversion":"1.0","type":"a.b","dataschema":"7"`, `attribute dataschema is "7"`},
		{"a schema of version 0", `"specversion":"1.0","type":"a.b","dataschema":"urn:herald:schema:a.b:0"`, "attribute dataschema"},
		{"a schema of version 01", `"specversion":"1.0","type":"a.b","dataschema":"urn:herald:schema:a.b:01"`, "attribute dataschema"},
		{"a number as id", `"specversion":"1.0","id":7`, `attribute id is "7": it must be text`},
		{"an object as metadata", `"specversion":"1.0","note":{"a":1}`, `attribute note is "{\"a\":1}": it must be text`},
		{"a text as hops", `"specversion":"1.0","hops":"3"`, `attribute hops is "\"3\"": it must be a whole number from 0`},
		{"negative hops", `"specversion":"1.0","hops":-1`, "it must be a whole number from 0"},
		{"half a hop", `"specversion":"1.0","hops":1.5`, "it must be a whole number from 0"},
		{"a time without zone", `"specversion":"1.0","time":"2027-03-30T08:00:00"`, `attribute time is "2027-03-30T08:00:00": it must be an instant like 2027-03-30T08:00:00Z`},
		{"a date as deliverat", `"specversion":"1.0","deliverat":"2027-03-30"`, "attribute deliverat"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			err := json.Unmarshal([]byte("{"+tt.attributes+"}"), &events.Envelope{})

			require.ErrorContains(t, err, tt.message)
		})
	}
}

func TestEnvelopeRefusesWhatIsNoObject(t *testing.T) {
	t.Parallel()

	for _, text := range []string{`[]`, `"event"`, `7`} {
		require.EqualError(t, json.Unmarshal([]byte(text), &events.Envelope{}), "an event must be a JSON object")
	}
}

func TestEnvelopeNamesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()

	err := json.Unmarshal([]byte(`{"id":7,"hops":"x","time":"now"}`), &events.Envelope{})

	for _, name := range []string{"id", "hops", "time", "specversion"} {
		require.ErrorContains(t, err, "attribute "+name)
	}
}

func TestEnvelopeKeepsInstantsInUTC(t *testing.T) {
	t.Parallel()

	env := decode(t, `{"specversion":"1.0","time":"2027-03-30T14:00:00+02:00","deliverat":"2027-03-30T08:00:00-05:00"}`)

	require.Equal(t, noon, env.Time)
	require.Equal(t, noon.Add(time.Hour), env.DeliverAt)
}

func TestCloudEventsReadsWhatWeWrite(t *testing.T) {
	t.Parallel()

	env := full(t)
	var ce cloudevents.Event

	require.NoError(t, json.Unmarshal([]byte(encode(t, env)), &ce))

	require.NoError(t, ce.Validate())
	require.Equal(t, env.ID, ce.ID())
	require.Equal(t, env.Source, ce.Source())
	require.Equal(t, env.Type, ce.Type())
	require.Equal(t, env.Subject, ce.Subject())
	require.Equal(t, env.Time, ce.Time())
	require.Equal(t, "urn:herald:schema:order.placed:2", ce.DataSchema())
	require.Equal(t, "application/json", ce.DataContentType())
	require.JSONEq(t, string(env.Data), string(ce.Data()))
	require.Equal(t, map[string]any{
		"aggregatetype": "order", "correlationid": "trip-7", "causationid": another, "causedby": "staff:7", "tenantid": tenant,
		"hops": int32(3), "traceparent": env.TraceParent, "deliverat": "2027-03-30T13:00:00Z", "note": "b", "batch": "a",
	}, ce.Extensions())
}

func TestWeReadWhatCloudEventsWrites(t *testing.T) {
	t.Parallel()

	env := full(t)

	decoded := decode(t, encode(t, env.CloudEvent()))

	require.Equal(t, encode(t, env), encode(t, decoded))
}

func TestValidateNamesEveryFault(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name    string
		spoil   func(*events.Envelope)
		message string
	}{
		{"no source", func(e *events.Envelope) { e.Source = "" }, "source: REQUIRED"},
		{"an id in capitals", func(e *events.Envelope) { e.ID = strings.ToUpper(e.ID) }, "is not a UUID in canonical form"},
		{"an id in braces", func(e *events.Envelope) { e.ID = "{" + e.ID + "}" }, "is not a UUID in canonical form"},
		{"a type in capitals", func(e *events.Envelope) { e.Type = "Order.Placed" }, "must be noun.past_participle in lower case"},
		{"no version", func(e *events.Envelope) { e.Version = 0 }, "version 0 must be at least 1"},
		{"no subject", func(e *events.Envelope) { e.Subject = "" }, "subject is empty: the aggregate's id is missing in the data"},
		{"a subject with a space", func(e *events.Envelope) { e.Subject = "o1 " }, "subject \"o1 \" has white space around it"},
		{"a source with a space", func(e *events.Envelope) { e.Source = " /shop" }, "source \" /shop\" has white space around it"},
		{"another noun", func(e *events.Envelope) { e.AggregateType = "invoice" }, `aggregatetype "invoice" must be "order", the noun of the type`},
		{"no tenant", func(e *events.Envelope) { e.TenantID = "" }, "tenant_missing: tenantid \"\" must be a UUID"},
		{"the system's tenant", func(e *events.Envelope) { e.TenantID = events.SystemTenant }, "tenant_missing: order.placed may not carry the system tenant"},
		{"a subject that is too long", func(e *events.Envelope) { e.Subject = strings.Repeat("x", 256) }, "subject has 256 bytes: shorten it to 255"},
		{"a correlation id that is too long", func(e *events.Envelope) { e.CorrelationID = strings.Repeat("x", 300) }, "correlationid has 300 bytes"},
		{"a control character", func(e *events.Envelope) { e.Subject = "a\x00b" }, `subject "a\x00b" has a control character`},
		{"too many hops", func(e *events.Envelope) { e.Hops = events.MaxHops + 1 }, "hops 17: the loop guard refuses a causal chain of more than 16 events"},
		{"a year that RFC 3339 can't write", func(e *events.Envelope) { e.Time = noon.AddDate(8000, 0, 0) }, "outside of the years 0 to 9999"},
		{"a moment that RFC 3339 can't write", func(e *events.Envelope) { e.DeliverAt = noon.AddDate(8000, 0, 0) }, "outside of the years 0 to 9999"},
		{"broken data", func(e *events.Envelope) { e.Data = json.RawMessage(`{"a":`) }, "data is not valid JSON"},
		{"no data", func(e *events.Envelope) { e.Data = nil }, "data is not valid JSON"},
		{"metadata over an attribute", func(e *events.Envelope) { e.Metadata["tenantid"] = "x" }, "metadata tenantid is an attribute of the envelope: choose another name"},
		{"metadata in capitals", func(e *events.Envelope) { e.Metadata["Note"] = "x" }, "metadata Note must be in lower case"},
		{"metadata with a dash", func(e *events.Envelope) { e.Metadata["a-b"] = "x" }, "a-b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			env := full(t)
			require.NoError(t, env.Validate())

			tt.spoil(&env)

			require.ErrorContains(t, env.Validate(), tt.message)
		})
	}
}

func TestSystemTenantIsForThePlatformsOwnNouns(t *testing.T) {
	t.Parallel()

	for _, noun := range []string{"resilience", "audit", "notification"} {
		env := full(t)
		env.Type, env.AggregateType, env.TenantID = noun+".changed", noun, events.SystemTenant

		require.NoError(t, env.Validate())
	}
}

func FuzzEnvelopeRoundTrip(f *testing.F) {
	for _, attributes := range []string{
		``, `,"note":"a","data":{"a":[1,"<&>",null]}`, `,"data":null`, `,"data":7`, `,"data":"\ud800"`, `,"hops":16,"causedby":""`,
		`,"time":"9999-12-31T23:59:59.999999999-12:00"`, `,"deliverat":"0000-01-01T00:00:00+01:00"`, `,"deliverat":"0001-01-01T00:00:00Z"`,
		`,"datacontenttype":null,"traceparent":null,"x":null`, `,"id":7`, `,"data_base64":"AA=="`, `,"subject":"2"`,
	} {
		f.Add([]byte(`{"specversion":"1.0","id":"` + eventID + `","source":"/","type":"a.b","subject":"1","aggregatetype":"a","tenantid":"` + tenant + `","dataschema":"urn:herald:schema:a.b:1"` + attributes + `}`))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var env events.Envelope
		if json.Unmarshal(raw, &env) != nil || env.Validate() != nil {
			return
		}

		first := encode(t, env)
		decoded := decode(t, first)

		require.Equal(t, env.Meta, decoded.Meta)
		require.JSONEq(t, string(env.Data), string(decoded.Data))
		require.Equal(t, first, encode(t, decoded))
		require.NoError(t, decoded.Validate())
		var ce cloudevents.Event
		require.NoError(t, json.Unmarshal([]byte(first), &ce))
		require.NoError(t, ce.Validate())
	})
}
