package events_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

// invoiced has a field of every kind.
type invoiced struct {
	invoiceRef
	IssuedAt time.Time      `json:"issued_at"`
	Paid     bool           `json:"paid"`
	Rate     float64        `json:"rate"`
	Lines    []line         `json:"lines"`
	Tags     []string       `json:"tags,omitempty"`
	Payer    *payer         `json:"payer"`
	Extra    map[string]any `json:"extra,omitzero"`
	Currency currency       `json:"currency,omitzero"`
	Ignored  string         `json:"-"`
	Bare     string
}

type invoiceRef struct {
	InvoiceID string `json:"invoice_id"`
}

type line struct {
	Amount int    `json:"amount"`
	Payer  *payer `json:"payer,omitzero"`
}

type payer struct {
	Email string `json:"email"`
}

type currency string

func (c *currency) UnmarshalText(text []byte) error {
	if len(text) != 3 {
		return errors.New("three letters")
	}
	*c = currency(text)
	return nil
}

func (invoiced) EventName() string     { return "invoice.issued" }
func (e invoiced) AggregateID() string { return e.InvoiceID }

func (e invoiced) Validate() error {
	if e.Rate < 0 {
		return errors.New("rate must not be negative")
	}
	return nil
}

const validInvoice = `{"invoice_id":"i1","issued_at":"2027-03-30T08:00:00Z","paid":true,"rate":0.5,"lines":[{"amount":1,"payer":{"email":"ada@example.com"}}],"payer":null,"Bare":"x"}`

// spoil returns the valid invoice with one field replaced, or removed by an empty
// value.
func spoil(t *testing.T, field, value string) json.RawMessage {
	t.Helper()
	var object map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(validInvoice), &object))
	object[field] = json.RawMessage(value)
	if value == "" {
		delete(object, field)
	}
	return json.RawMessage(encode(t, object))
}

func checkInvoice(data json.RawMessage) error {
	return events.TypeOf[invoiced]().Check(events.Envelope{Meta: events.Meta{Type: "invoice.issued", Version: 1, Subject: "i1"}, Data: data})
}

func TestCheckTakesValidData(t *testing.T) {
	t.Parallel()

	require.NoError(t, checkInvoice(json.RawMessage(validInvoice)))
	require.NoError(t, checkInvoice(spoil(t, "tags", "null")), "an optional field may be null")
	require.NoError(t, checkInvoice(spoil(t, "payer", `{"email":"ada@example.com"}`)))
}

func TestCheckNamesTheField(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct{ name, field, value, message string }{
		{"missing", "rate", "", "rate is missing: it is required (a number)"},
		{"missing from the embedded struct", "invoice_id", "", "invoice_id is missing: it is required (text)"},
		{"null", "paid", "null", "paid is null: it is required (true or false)"},
		{"unknown with a suggestion", "isued_at", `""`, "isued_at is unknown: did you mean issued_at?"},
		{"unknown", "zzzzzzzz", `1`, "zzzzzzzz is unknown: the fields are invoice_id, issued_at, paid, rate, lines, tags, payer, extra, currency, Bare"},
		{"a number for text", "invoice_id", `7`, "invoice_id must be text, is 7"},
		{"text for an instant", "issued_at", `"tomorrow"`, `issued_at must be an instant like 2027-03-30T08:00:00Z, is "tomorrow"`},
		{"text for a truth", "paid", `"yes"`, `paid must be true or false, is "yes"`},
		{"text for a number", "rate", `"1"`, `rate must be a number, is "1"`},
		{"an object for a list", "lines", `{}`, "lines must be a list, is {}"},
		{"half a whole number, with the position", "lines", `[{"amount":1},{"amount":1.5}]`, "lines[1].amount must be a whole number, is 1.5"},
		{"missing in a list", "lines", `[{}]`, "lines[0].amount is missing: it is required (a whole number)"},
		{"text in a list of objects", "lines", `["x"]`, `lines[0] must be a JSON object, is "x"`},
		{"null in a list", "tags", `["a",null]`, "tags[1] is null: it must be text"},
		{"a nested path", "lines", `[{"amount":1,"payer":{"email":7}}]`, "lines[0].payer.email must be text, is 7"},
		{"unknown in a pointer", "payer", `{"email":"a","emal":"b"}`, "payer.emal is unknown: did you mean email?"},
		{"text for a map", "extra", `"x"`, `extra must be an object, is "x"`},
		{"what decodes itself", "currency", `"euro"`, `currency must be currency, is "euro"`},
		{"a long value, cut", "rate", `"` + strings.Repeat("x", 64) + `"`, "rate must be a number, is \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			err := checkInvoice(spoil(t, tt.field, tt.value))

			require.ErrorContains(t, err, "data of invoice.issued: "+tt.message)
			fault, ok := errors.AsType[*events.DataError](err)
			require.True(t, ok)
			require.Len(t, fault.Faults, 1)
		})
	}
}

func TestCheckNamesEveryFieldAtOnce(t *testing.T) {
	t.Parallel()

	err := checkInvoice(json.RawMessage(`{"invoice_id":"i1","issued_at":7,"lines":[],"payer":null,"Bare":"","rate":1,"x":1}`))

	fault, ok := errors.AsType[*events.DataError](err)
	require.True(t, ok)
	require.Equal(t, "invoice.issued", fault.Type)
	require.Equal(t, []events.FieldFault{
		{Field: "issued_at", Problem: "must be an instant like 2027-03-30T08:00:00Z, is 7"},
		{Field: "paid", Problem: "is missing: it is required (true or false)"},
		{Field: "x", Problem: "is unknown: the fields are invoice_id, issued_at, paid, rate, lines, tags, payer, extra, currency, Bare"},
	}, fault.Faults)
}

func TestCheckRefusesDataThatIsNoObject(t *testing.T) {
	t.Parallel()

	for _, data := range []string{`null`, `[]`, `"x"`} {
		require.EqualError(t, checkInvoice(json.RawMessage(data)), "data of invoice.issued: must be a JSON object, is "+data)
	}
}

func TestCheckAsksTheTypeItself(t *testing.T) {
	t.Parallel()

	require.EqualError(t, checkInvoice(spoil(t, "rate", "-1")), "data of invoice.issued: rate must not be negative")
}

func TestCheckComparesTheSubject(t *testing.T) {
	t.Parallel()

	require.EqualError(t, checkInvoice(spoil(t, "invoice_id", `"i2"`)),
		`subject "i1" is not the id of the aggregate in the data, "i2": leave the subject out or make them equal`)
}

func TestCheckLooksAtTheUpcastData(t *testing.T) {
	t.Parallel()

	require.NoError(t, shippedType.Check(shippedAt(1, `{"order_id":"o1","address":"here"}`)))
	require.EqualError(t, shippedType.Check(shippedAt(1, `{"order_id":"o1","address":7}`)), "data of order.shipped: address[0] must be text, is 7")
}

func TestFieldsOfFollowsTheSource(t *testing.T) {
	t.Parallel()

	require.Equal(t, []events.Field{
		{Name: "amount", Required: true, Type: reflect.TypeFor[int]()},
		{Name: "payer", Type: reflect.TypeFor[*payer]()},
	}, events.FieldsOf(reflect.TypeFor[line]()))
}

func TestNearestFindsTypingErrorsOnly(t *testing.T) {
	t.Parallel()

	candidates := []string{"order.placed", "order.packed", "call.started"}

	require.Equal(t, "order.placed", events.Nearest("order.plced", candidates))
	require.Equal(t, "call.started", events.Nearest("call.start", candidates))
	require.Empty(t, events.Nearest("weather.changed", candidates))
	require.Empty(t, events.Nearest("x", nil))
}
