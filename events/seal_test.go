package events_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

func TestSealFillsTheDefaults(t *testing.T) {
	t.Parallel()

	before := time.Now().UTC().Truncate(time.Microsecond)
	env, err := events.Seal(placed{OrderID: "o1"}, events.Tenant(tenant))
	require.NoError(t, err)

	id := uuid.MustParse(env.ID)
	require.Equal(t, uuid.Version(7), id.Version())
	seconds, nanoseconds := id.Time().UnixTime()
	require.WithinDuration(t, before, time.Unix(seconds, nanoseconds), time.Minute)
	require.WithinRange(t, env.Time, before, time.Now())
	require.Equal(t, env.Time, env.Time.UTC().Truncate(time.Microsecond))
	require.JSONEq(t, `{"order_id":"o1"}`, string(env.Data))
	env.Data, env.Time = nil, time.Time{}
	require.Equal(t, events.Envelope{Meta: events.Meta{
		ID: env.ID, Source: "/herald", Type: "order.placed", Version: 1, Subject: "o1", AggregateType: "order",
		CorrelationID: env.ID, TenantID: tenant,
	}}, env)
}

func TestSealTakesWhatTheOptionsSay(t *testing.T) {
	t.Parallel()

	env := full(t)

	require.Equal(t, eventID, env.ID)
	require.Equal(t, "/shop", env.Source)
	require.Equal(t, "trip-7", env.CorrelationID)
	require.Equal(t, "staff:7", env.CausedBy)
	require.Equal(t, noon.Add(123456*time.Microsecond), env.Time)
	require.Equal(t, noon.Add(time.Hour), env.DeliverAt)
	require.Equal(t, map[string]string{"note": "b", "batch": "a"}, env.Metadata)
	require.False(t, env.TimeSkipping())
	require.True(t, seal(t, placed{OrderID: "o1"}, events.TimeSkipping()).TimeSkipping())
}

func TestSealTakesTheVersionFromTheEvent(t *testing.T) {
	t.Parallel()

	require.Equal(t, 3, seal(t, shipped{OrderID: "o1"}).Version)
}

func TestSealCountsADelayFromThePresent(t *testing.T) {
	t.Parallel()

	require.Equal(t, noon.Add(90*time.Second), seal(t, placed{OrderID: "o1"}, events.After(90*time.Second)).DeliverAt)
	require.Zero(t, seal(t, placed{OrderID: "o1"}, events.After(0)).DeliverAt)
	require.Zero(t, seal(t, placed{OrderID: "o1"}, events.After(-time.Second)).DeliverAt)
}

func TestSealKeepsWhatAnEnvelopeHas(t *testing.T) {
	t.Parallel()

	env := full(t)

	again := seal(t, env, events.Tenant(another), events.Metadata("note", "c"))

	require.Equal(t, "b", env.Metadata["note"], "the given envelope is left alone")
	env.TenantID = another
	env.Metadata = map[string]string{"note": "c", "batch": "a"}
	require.Equal(t, env, again)
}

func TestSealChecksTheAgeOfAnID(t *testing.T) {
	t.Parallel()

	const day = 24 * time.Hour
	for _, tt := range []struct {
		name    string
		id      string
		message string
	}{
		{"just young enough", madeAt(t, noon.Add(-29*day+time.Second)), ""},
		{"too old", madeAt(t, noon.Add(-29*day-time.Second)), "a repeat of an event from before 2027-03-01T12:00:00Z can't be recognised"},
		{"a little ahead", madeAt(t, noon.Add(5*time.Minute)), ""},
		{"in the future", madeAt(t, noon.Add(6*time.Minute)), "claims to be made at 2027-03-30T12:06:00Z, which is in the future"},
		{"without a time", eventID, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			_, err := events.SealAt(noon, placed{OrderID: "o1"}, events.Tenant(tenant), events.ID(tt.id))
			_, backdated := events.SealAt(noon, placed{OrderID: "o1"}, events.Tenant(tenant), events.ID(tt.id), events.Backdated())

			require.NoError(t, backdated)
			if tt.message == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.message)
			require.ErrorContains(t, err, "backdated")
		})
	}
}

func TestSealMeasuresTheEncodedEvent(t *testing.T) {
	t.Parallel()

	at := func(note int) error {
		_, err := events.SealAt(noon, placed{OrderID: "o1", Note: strings.Repeat("x", note)}, events.Tenant(tenant), events.ID(eventID))
		return err
	}
	room := events.MaxEventBytes - len(encode(t, seal(t, placed{OrderID: "o1", Note: "x"}, events.ID(eventID)))) + 1

	require.NoError(t, at(room))
	require.ErrorContains(t, at(room+1), "the event has 1048577 bytes, at most 1048576 are taken: store what is large elsewhere and send a reference")
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name    string
		event   events.Event
		options []events.Option
		message string
	}{
		{"an event without tenant", placed{OrderID: "o1"}, nil, `event order.placed: tenant_missing: tenantid "" must be a UUID; name the tenant`},
		{"a tenant that is no UUID", placed{OrderID: "o1"}, []events.Option{events.Tenant("acme")}, `tenant_missing: tenantid "acme"`},
		{"the system's tenant", placed{OrderID: "o1"}, []events.Option{events.Tenant(events.SystemTenant)}, "may not carry the system tenant"},
		{"an event without aggregate", placed{}, []events.Option{events.Tenant(tenant)}, "subject is empty"},
		{"an id that is no UUID", placed{OrderID: "o1"}, []events.Option{events.Tenant(tenant), events.ID("7")}, `id "7" is not a UUID`},
		{"data against its own rules", strict{}, []events.Option{events.Tenant(tenant)}, "data of order.checked: busy"},
		{"data that is no JSON", stubborn{}, []events.Option{events.Tenant(tenant)}, "encode order.stubborn: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			_, err := events.Seal(tt.event, tt.options...)

			require.ErrorContains(t, err, tt.message)
		})
	}
}

func TestSealWrapsWhatTheEventSays(t *testing.T) {
	t.Parallel()

	_, err := events.Seal(strict{}, events.Tenant(tenant))

	require.ErrorIs(t, err, errBusy)
}

type strict struct{}

func (strict) EventName() string   { return "order.checked" }
func (strict) AggregateID() string { return "o1" }
func (strict) Validate() error     { return errBusy }

type stubborn struct{}

func (stubborn) EventName() string            { return "order.stubborn" }
func (stubborn) AggregateID() string          { return "o1" }
func (stubborn) MarshalJSON() ([]byte, error) { return nil, errors.New("no") }

func TestDerivedIDNeverChanges(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		name, parent, listener string
		position               int
		id                     string
	}{
		{"first", eventID, "shop.pack", 0, "ccfaf013-4a52-5d32-b5c1-775b2ec6804a"},
		{"second position", eventID, "shop.pack", 1, "17e04894-b139-5791-9207-6a9eb66f52db"},
		{"another listener", eventID, "shop.ship", 0, "8e6d647a-62fa-56fb-aacf-a54625f6b843"},
		{"another event", another, "shop.pack", 0, "3f98e1bd-45b5-5199-8f5f-e49108306cfa"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()

			require.Equal(t, tt.id, events.DerivedID(tt.parent, tt.listener, tt.position))
		})
	}
}

func TestIsUUIDTakesTheCanonicalFormOnly(t *testing.T) {
	t.Parallel()

	require.True(t, events.IsUUID(eventID))
	for _, id := range []string{"", "7", strings.ToUpper(eventID), "{" + eventID + "}", "urn:uuid:" + eventID, strings.ReplaceAll(eventID, "-", "")} {
		require.False(t, events.IsUUID(id), id)
	}
}
