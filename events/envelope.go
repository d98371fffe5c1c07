package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
	"github.com/google/uuid"
)

// Limits of the bus.
const (
	// MaxAttributeBytes is the longest type, subject, source, correlation or
	// causation id: a search attribute on PostgreSQL holds 255 characters.
	MaxAttributeBytes = 255
	// MaxEventBytes is the largest encoded event. Temporal refuses payloads over
	// 2 MiB; the rest is room for what travels with it.
	MaxEventBytes = 1 << 20
	// MaxHops is the longest causal chain; the loop guard refuses the next event.
	MaxHops = 16
	// MaxListeners is the number of listeners that one event type may have.
	MaxListeners = 100
	// MaxEmitted is the number of events that one delivery may emit, and
	// MaxEmittedBytes what they may weigh together.
	MaxEmitted      = 100
	MaxEmittedBytes = 3 << 19
)

// SystemTenant owns the events of the platform itself.
const SystemTenant = "00000000-0000-0000-0000-000000000000"

// timeSkipping is the metadata key of [TimeSkipping].
const timeSkipping = "timeskipping"

// Meta is everything about an event but its data.
type Meta struct {
	// ID is a UUID in canonical form: the dedup key.
	ID string
	// Source names who published the event, as a URI reference.
	Source string
	// Type is the event type's name, and Version the version of the data.
	Type    string
	Version int
	// Subject is the id of the aggregate, AggregateType its noun.
	Subject       string
	AggregateType string
	// Time is when the fact happened, in UTC.
	Time time.Time
	// CorrelationID is shared by everything that one cause set in motion.
	CorrelationID string
	// CausationID is the id of the event whose listener emitted this one, or "".
	CausationID string
	// CausedBy is who acted: kind and id of an actor, such as "staff:7", or "".
	CausedBy string
	// TenantID is the tenant's UUID.
	TenantID string
	// Hops counts the events before this one in its causal chain.
	Hops int
	// TraceParent is the W3C trace context, or "".
	TraceParent string
	// DeliverAt is the moment of a delayed delivery, or zero.
	DeliverAt time.Time
	// Metadata holds free CloudEvents extensions, names in lower case.
	Metadata map[string]string
}

// TimeSkipping reports whether the event asks the server to skip idle time.
func (m Meta) TimeSkipping() bool { return m.Metadata[timeSkipping] == "true" }

// An Envelope is an event on its way: a CloudEvents 1.0 event whose JSON form is
// the structured mode. It is itself an [Event], one that is sealed already.
type Envelope struct {
	Meta
	Data json.RawMessage
}

// EventName returns the type.
func (e Envelope) EventName() string { return e.Type }

// AggregateID returns the subject.
func (e Envelope) AggregateID() string { return e.Subject }

const schemaPrefix = "urn:herald:schema:"

func dataSchema(name string, version int) string {
	return schemaPrefix + name + ":" + strconv.Itoa(version)
}

// CloudEvent returns the event as the CloudEvents SDK has it.
func (e Envelope) CloudEvent() cloudevents.Event {
	ce := cloudevents.New()
	ce.SetID(e.ID)
	ce.SetSource(e.Source)
	ce.SetType(e.Type)
	ce.SetSubject(e.Subject)
	ce.SetTime(e.Time)
	ce.SetDataSchema(dataSchema(e.Type, e.Version))
	for name, value := range e.extensions() {
		ce.SetExtension(name, value)
	}
	ce.SetDataContentType(cloudevents.ApplicationJSON)
	ce.DataEncoded = e.Data
	return ce
}

// extensions returns the attributes that are not CloudEvents' own.
func (e Envelope) extensions() map[string]any {
	ext := map[string]any{"hops": e.Hops}
	for name, value := range e.Metadata {
		ext[name] = value
	}
	for name, value := range map[string]string{
		"aggregatetype": e.AggregateType,
		"correlationid": e.CorrelationID,
		"causationid":   e.CausationID,
		"causedby":      e.CausedBy,
		"tenantid":      e.TenantID,
		"traceparent":   e.TraceParent,
	} {
		if value != "" {
			ext[name] = value
		}
	}
	if !e.DeliverAt.IsZero() {
		ext["deliverat"] = e.DeliverAt.Format(time.RFC3339Nano)
	}
	return ext
}

var attributes = []string{
	"specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype", "data", "data_base64",
	"aggregatetype", "correlationid", "causationid", "causedby", "tenantid", "hops", "traceparent", "deliverat",
}

// MarshalJSON writes the structured mode with the attributes in alphabetical
// order, so that equal envelopes have equal bytes.
func (e Envelope) MarshalJSON() ([]byte, error) {
	object := e.extensions()
	object["specversion"] = cloudevents.CloudEventsVersionV1
	object["id"] = e.ID
	object["source"] = e.Source
	object["type"] = e.Type
	object["subject"] = e.Subject
	object["time"] = e.Time.Format(time.RFC3339Nano)
	object["dataschema"] = dataSchema(e.Type, e.Version)
	object["datacontenttype"] = cloudevents.ApplicationJSON
	if e.Data != nil {
		object["data"] = e.Data
	}
	return json.Marshal(object)
}

// UnmarshalJSON reads the structured mode. It refuses what the specification
// leaves open and what would lose something: a repeated attribute, data beside
// data_base64, data that is not JSON, a schema of another type. Attributes that
// are missing stay empty; [Seal] fills them.
func (e *Envelope) UnmarshalJSON(raw []byte) error {
	object, err := uniqueObject(raw)
	if err != nil {
		return err
	}
	r := reader{object: object}
	*e = Envelope{
		Meta: Meta{
			ID: r.text("id"), Source: r.text("source"), Type: r.text("type"),
			Subject: r.text("subject"), AggregateType: r.text("aggregatetype"), Time: r.instant("time"),
			CorrelationID: r.text("correlationid"), CausationID: r.text("causationid"), CausedBy: r.text("causedby"),
			TenantID: r.text("tenantid"), Hops: r.whole("hops"), TraceParent: r.text("traceparent"), DeliverAt: r.instant("deliverat"),
			Metadata: r.metadata(),
		},
		Data: object["data"],
	}
	e.Version = r.version(e.Type)
	if v := r.text("specversion"); v != cloudevents.CloudEventsVersionV1 {
		r.fail("specversion", v, `write "1.0"`)
	}
	if t := r.text("datacontenttype"); t != "" && t != cloudevents.ApplicationJSON {
		r.fail("datacontenttype", t, "only application/json is taken")
	}
	if object["data_base64"] != nil {
		r.fail("data_base64", "", "send the data as JSON in the attribute data")
	}
	return errors.Join(r.errs...)
}

// reader takes attributes out of a JSON object and collects what is wrong.
type reader struct {
	object map[string]json.RawMessage
	errs   []error
}

func (r *reader) fail(name, value, fix string) {
	r.errs = append(r.errs, fmt.Errorf("attribute %s is %q: %s", name, value, fix))
}

func (r *reader) text(name string) (text string) {
	raw, ok := r.object[name]
	if !ok {
		return ""
	}
	if err := json.Unmarshal(raw, &text); err != nil {
		r.fail(name, string(raw), "it must be text")
	}
	return text
}

func (r *reader) whole(name string) (n int) {
	raw, ok := r.object[name]
	if !ok {
		return 0
	}
	if err := json.Unmarshal(raw, &n); err != nil || n < 0 {
		r.fail(name, string(raw), "it must be a whole number from 0")
	}
	return n
}

func (r *reader) instant(name string) time.Time {
	text := r.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.fail(name, text, "it must be an instant like 2027-03-30T08:00:00Z")
	}
	return t.UTC()
}

func (r *reader) version(eventType string) int {
	schema := r.text("dataschema")
	if schema == "" {
		return 0
	}
	version, err := strconv.Atoi(strings.TrimPrefix(schema, schemaPrefix+eventType+":"))
	if err != nil || version < 1 || schema != dataSchema(eventType, version) {
		r.fail("dataschema", schema, "leave it out or write "+dataSchema(eventType, 1))
	}
	return version
}

func (r *reader) metadata() map[string]string {
	var metadata map[string]string
	for _, name := range slices.Sorted(maps.Keys(r.object)) {
		if slices.Contains(attributes, name) {
			continue
		}
		if metadata == nil {
			metadata = map[string]string{}
		}
		metadata[name] = r.text(name)
	}
	return metadata
}

// uniqueObject decodes a JSON object and refuses a repeated member, of which
// encoding/json would silently keep the last.
func uniqueObject(raw []byte) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New("an event must be a JSON object")
	}
	object := map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if _, twice := object[name]; twice {
			return nil, fmt.Errorf("attribute %s is there twice: keep one", name)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		object[name] = value
	}
	return object, nil
}

// Validate reports everything that keeps the envelope from being delivered: what
// CloudEvents demands and what the bus demands on top.
func (e Envelope) Validate() error {
	var errs []error
	if err := e.CloudEvent().Validate(); err != nil {
		errs = append(errs, err)
	}
	require := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	require(IsUUID(e.ID), "id %q is not a UUID in canonical form: leave it out to get one, or write a UUIDv7", e.ID)
	require(typeName.MatchString(e.Type), "type %q must be noun.past_participle in lower case", e.Type)
	require(e.Version >= 1, "version %d must be at least 1", e.Version)
	require(e.Subject != "", "subject is empty: the aggregate's id is missing in the data")
	require(e.Subject == strings.TrimSpace(e.Subject), "subject %q has white space around it, which CloudEvents drops", e.Subject)
	require(e.Source == strings.TrimSpace(e.Source), "source %q has white space around it, which CloudEvents drops", e.Source)
	require(e.AggregateType == aggregateType(e.Type), "aggregatetype %q must be %q, the noun of the type", e.AggregateType, aggregateType(e.Type))
	require(IsUUID(e.TenantID), "tenant_missing: tenantid %q must be a UUID; name the tenant", e.TenantID)
	require(e.TenantID != SystemTenant || systemNouns[e.AggregateType], "tenant_missing: %s may not carry the system tenant; name the tenant it concerns", e.Type)
	require(e.Hops <= MaxHops, "hops %d: the loop guard refuses a causal chain of more than %d events", e.Hops, MaxHops)
	require(isWritable(e.Time), "time %s is outside of the years 0 to 9999", e.Time)
	require(isWritable(e.DeliverAt), "deliverat %s is outside of the years 0 to 9999", e.DeliverAt)
	require(json.Valid(e.Data), "data is not valid JSON")
	for _, text := range []struct{ name, value string }{{"type", e.Type}, {"subject", e.Subject}, {"source", e.Source}, {"correlationid", e.CorrelationID}, {"causationid", e.CausationID}} {
		require(len(text.value) <= MaxAttributeBytes, "%s has %d bytes: shorten it to %d, the longest that the event log finds", text.name, len(text.value), MaxAttributeBytes)
		require(!strings.ContainsFunc(text.value, unicode.IsControl), "%s %q has a control character, which CloudEvents forbids", text.name, text.value)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Metadata)) {
		require(!slices.Contains(attributes, name), "metadata %s is an attribute of the envelope: choose another name", name)
		require(strings.ToLower(name) == name, "metadata %s must be in lower case", name)
	}
	return errors.Join(errs...)
}

// isWritable reports whether RFC 3339 can write the instant.
func isWritable(t time.Time) bool { return t.Year() >= 0 && t.Year() <= 9999 }

// systemNouns are the aggregates whose events may concern no tenant.
var systemNouns = map[string]bool{"resilience": true, "audit": true, "notification": true}

// IsUUID reports whether id is a UUID of 36 characters in lower case, the one
// spelling that makes equal ids equal strings.
func IsUUID(id string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.String() == id
}
