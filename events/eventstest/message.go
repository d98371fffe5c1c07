package eventstest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/herald-bus/herald/events"
)

// message is an event as it goes over the wire. Whoever gets it decodes a copy of
// his own, so that nobody can change it.
type message struct {
	wire     []byte
	envelope events.Envelope // as decoded from wire
}

func messageOf(env events.Envelope) (message, error) {
	wire, err := json.Marshal(env)
	if err != nil {
		return message{}, fmt.Errorf("encode event %s: %w", env.ID, err)
	}
	m := message{wire: wire}
	if m.envelope, err = m.decode(); err != nil {
		return message{}, err
	}
	return m, nil
}

func (m message) decode() (env events.Envelope, err error) {
	if err := json.Unmarshal(m.wire, &env); err != nil {
		return events.Envelope{}, fmt.Errorf("decode event: %w", err)
	}
	return env, nil
}

// deliver calls one listener once and returns what it emitted.
func (m message) deliver(ctx context.Context, registry *events.Registry, listener string, run events.Run) ([]message, error) {
	env, err := m.decode()
	if err != nil {
		return nil, err
	}
	sealed, err := registry.Deliver(ctx, listener, env, run)
	if err != nil {
		return nil, err
	}
	emitted := make([]message, len(sealed))
	for i, env := range sealed {
		if emitted[i], err = messageOf(env); err != nil {
			return nil, events.Permanent(err)
		}
	}
	return emitted, nil
}
