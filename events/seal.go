package events

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
)

// Retention is how long the bus's namespace keeps the history of a closed
// delivery, and with it the memory of its id.
const Retention = 30 * 24 * time.Hour

const (
	// retentionMargin is how much younger than the retention an id must be, so
	// that no clock that is a little wrong lets an id slip through twice.
	retentionMargin = 24 * time.Hour
	// clockSkew is how far the clock of whoever made an id may be ahead of ours.
	clockSkew = 5 * time.Minute
)

// An Option sets a part of an event's envelope.
type Option func(*sealing)

type sealing struct {
	Envelope
	delay     time.Duration
	backdated bool
}

// ID sets the event's id: a UUID, best a UUIDv7. Publishing the same id again is
// a duplicate and changes nothing.
func ID(id string) Option { return func(s *sealing) { s.Envelope.ID = id } }

// Correlation joins the event to everything else with the same correlation id.
// The default is the event's own id.
func Correlation(id string) Option { return func(s *sealing) { s.CorrelationID = id } }

// Tenant names the tenant, a UUID.
func Tenant(id string) Option { return func(s *sealing) { s.TenantID = id } }

// Source names who publishes, as a URI reference.
func Source(uri string) Option { return func(s *sealing) { s.Envelope.Source = uri } }

// CausedBy names the actor, such as "operator:night-shift".
func CausedBy(actor string) Option { return func(s *sealing) { s.Envelope.CausedBy = actor } }

// OccurredAt sets when the fact happened; the default is now.
func OccurredAt(t time.Time) Option { return func(s *sealing) { s.Time = t } }

// At delays the delivery until t. A moment that has passed delays nothing.
func At(t time.Time) Option { return func(s *sealing) { s.DeliverAt = t } }

// After delays the delivery by d, counted from the moment the event is sealed.
func After(d time.Duration) Option {
	return func(s *sealing) { s.delay = d }
}

// Metadata adds a free CloudEvents extension; the name is lower-case letters and
// digits.
func Metadata(name, value string) Option {
	return func(s *sealing) {
		if s.Envelope.Metadata == nil {
			s.Envelope.Metadata = map[string]string{}
		}
		s.Envelope.Metadata[name] = value
	}
}

// Backdated accepts a UUIDv7 whose time is older than the retention, or in the
// future. Its dedup then ends with the retention, as a foreign id's does.
func Backdated() Option { return func(s *sealing) { s.backdated = true } }

// TimeSkipping lets the server skip the idle time of this delivery and of those
// that it causes: timers, delays and backoff pass at once. It is for demos and
// tests, needs a server that allows it, and shows in the event's metadata.
func TimeSkipping() Option { return Metadata(timeSkipping, "true") }

// Seal makes the envelope of an event and validates it. The defaults are a new
// UUIDv7, the present instant, and the id as correlation id. An [Envelope] keeps
// what it has; options change it, defaults only fill it.
func Seal(e Event, options ...Option) (Envelope, error) {
	return SealAt(time.Now(), e, options...)
}

// SealAt is [Seal] with the given instant as the present one, for a clock that is
// not the wall's: new ids, the defaults, [After] and the age of ids go by it.
func SealAt(now time.Time, e Event, options ...Option) (Envelope, error) {
	s, err := open(e)
	if err != nil {
		return Envelope{}, err
	}
	for _, option := range options {
		option(s)
	}
	if s.Envelope.ID == "" {
		if s.Envelope.ID, err = newID(now); err != nil {
			return Envelope{}, fmt.Errorf("make an event id: %w", err)
		}
	}
	return s.seal(now)
}

// newID returns a UUIDv7 that was made at the given instant.
func newID(now time.Time) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	var made [8]byte
	binary.BigEndian.PutUint64(made[:], uint64(now.UnixMilli()))
	copy(id[:6], made[2:])
	return id.String(), nil
}

// open starts an envelope with what the event itself says.
func open(e Event) (*sealing, error) {
	s := &sealing{}
	if env, ok := e.(Envelope); ok {
		s.Envelope = env
		s.Envelope.Metadata = maps.Clone(env.Metadata)
		return s, nil
	}
	if v, ok := e.(Validator); ok {
		if err := v.Validate(); err != nil {
			return nil, fmt.Errorf("data of %s: %w", e.EventName(), err)
		}
	}
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.EventName(), err)
	}
	s.Envelope = Envelope{Meta: Meta{Type: e.EventName(), Subject: e.AggregateID()}, Data: data}
	s.Version = versionOf(e)
	return s, nil
}

// seal fills what is missing and validates.
func (s *sealing) seal(now time.Time) (Envelope, error) {
	env := s.Envelope
	env.Time = orElse(env.Time, now).UTC().Truncate(time.Microsecond)
	if s.delay > 0 {
		env.DeliverAt = now.Add(s.delay)
	}
	env.DeliverAt = env.DeliverAt.UTC().Truncate(time.Microsecond)
	if env.Version == 0 {
		env.Version = 1
	}
	if env.AggregateType == "" {
		env.AggregateType = aggregateType(env.Type)
	}
	if env.CorrelationID == "" {
		env.CorrelationID = env.ID
	}
	if env.Source == "" {
		env.Source = "/herald"
	}
	errs := []error{env.Validate()}
	if !s.backdated {
		errs = append(errs, checkAge(env.ID, now))
	}
	if size := env.size(); size > MaxEventBytes {
		errs = append(errs, fmt.Errorf("the event has %d bytes, at most %d are taken: store what is large elsewhere and send a reference", size, MaxEventBytes))
	}
	if err := errors.Join(errs...); err != nil {
		return Envelope{}, fmt.Errorf("event %s: %w", env.Type, err)
	}
	return env, nil
}

func (e Envelope) size() int {
	encoded, err := json.Marshal(e)
	if err != nil {
		return 0 // Validate has said why
	}
	return len(encoded)
}

func orElse(t, fallback time.Time) time.Time {
	if t.IsZero() {
		return fallback
	}
	return t
}

// checkAge refuses a UUIDv7 that was made too long ago for the server to still
// remember it, or that claims to come from the future. Other ids carry no time.
func checkAge(id string, now time.Time) error {
	parsed, err := uuid.Parse(id)
	if err != nil || parsed.Version() != 7 {
		return nil
	}
	made := time.UnixMilli(int64(parsed[0])<<40 | int64(parsed[1])<<32 | int64(parsed[2])<<24 | int64(parsed[3])<<16 | int64(parsed[4])<<8 | int64(parsed[5])).UTC()
	switch oldest := now.Add(-(Retention - retentionMargin)); {
	case made.Before(oldest):
		return fmt.Errorf("id %s was made at %s: a repeat of an event from before %s can't be recognised; publish it with a new id, or as backdated if it never was published", id, made.Format(time.RFC3339), oldest.UTC().Format(time.RFC3339))
	case made.After(now.Add(clockSkew)):
		return fmt.Errorf("id %s claims to be made at %s, which is in the future: correct the clock that made it, or publish it as backdated", id, made.Format(time.RFC3339))
	}
	return nil
}

// derived is the UUID namespace of the ids of emitted events.
var derived = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://herald-bus.github.io/derived-event"))

// DerivedID returns the id of the event that a listener emits at the given
// position (from 0) when it handles parent: the same whenever it runs again.
func DerivedID(parent, listener string, position int) string {
	return uuid.NewSHA1(derived, fmt.Appendf(nil, "%s\n%s\n%d", parent, listener, position)).String()
}
