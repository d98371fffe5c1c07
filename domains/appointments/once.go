package appointments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// answer is what a command was answered with, so that it can be said again.
type answer struct {
	Result json.RawMessage `json:"result"`
	Events []announced     `json:"events"`
}

type announced struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// once runs a command on an appointment, in a transaction that remembers its
// answer: the same command again changes nothing and is answered alike. A refusal
// is not remembered, it is judged anew.
func once[T any](ctx context.Context, scope store.Scope, now time.Time, appointmentID, commandID string, do func(tx store.Scope, b *booking) (T, []events.Event, error)) (result T, announce []events.Event, err error) {
	if commandID == "" {
		return result, nil, events.Refuse("command_required", "APT-23", "the command has no command_id: give it one, so that it can be repeated")
	}
	err = scope.InTx(ctx, func(tx store.Scope) error {
		b, err := lock(ctx, tx, appointmentID)
		if err != nil {
			return err
		}
		text, err := store.One(ctx, tx, scanText, `SELECT answer FROM command_answer WHERE tenant_id = $1 AND appointment_id = $2 AND command_id = $3`, appointmentID, commandID)
		if err == nil {
			result, announce, err = readAnswer[T](text)
			return err
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if result, announce, err = do(tx, &b); err != nil {
			return err
		}
		stored, err := writeAnswer(result, announce)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO command_answer (tenant_id, appointment_id, command_id, answer, at) VALUES ($1, $2, $3, $4, $5)`, appointmentID, commandID, stored, now)
		return err
	})
	return result, announce, err
}

func writeAnswer(result any, announce []events.Event) (json.RawMessage, error) {
	var a answer
	var err error
	if a.Result, err = json.Marshal(result); err != nil {
		return nil, err
	}
	for _, e := range announce {
		data, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		a.Events = append(a.Events, announced{e.EventName(), data})
	}
	return json.Marshal(a)
}

func readAnswer[T any](text string) (result T, announce []events.Event, err error) {
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return result, nil, err
	}
	for _, stored := range a.Events {
		e, err := decode(stored)
		if err != nil {
			return result, nil, err
		}
		announce = append(announce, e)
	}
	return result, announce, json.Unmarshal(a.Result, &result)
}

func decode(stored announced) (events.Event, error) {
	for _, t := range appointment.Types {
		if t.Name() == stored.Type {
			return t.Decode(events.Envelope{Meta: events.Meta{Type: stored.Type, Version: t.Version()}, Data: stored.Data})
		}
	}
	return nil, fmt.Errorf("appointments: a stored answer has the event %s, which is none of this domain", stored.Type)
}
