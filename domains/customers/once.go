package customers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// An outcome is what a request was answered, about whom, and what is to be
// announced.
type outcome[T any] struct {
	result    T
	about     string // a customer: with him the answer is erased
	announced []events.Event
}

// races is how often a request that lost a race starts again, now knowing what the
// winner has done.
const races = 5

// once runs do in a transaction and remembers its outcome under the key, which is
// the outcome of every further run. What do refuses or fails at is not remembered
// and has changed nothing.
func once[T any](ctx context.Context, s *Service, tenantID, key string, now time.Time, do func(tx store.Scope) (outcome[T], error)) (T, []events.Event, error) {
	var out outcome[T]
	var err error
	if _, own, _ := strings.Cut(key, "/"); own == "" {
		return out.result, nil, events.Permanent(fmt.Errorf("customers: %s: the request has no key: set one that is the same when it is repeated", operation(key)))
	}
	for range races {
		err = s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
			if out, err = recall[T](ctx, tx, key); !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if out, err = do(tx); err != nil {
				return err
			}
			return remember(ctx, tx, key, now, out)
		})
		if !errors.Is(err, store.ErrDuplicate) {
			break
		}
	}
	var none T
	if refusal, ok := errors.AsType[*events.Refusal](err); ok {
		return none, nil, refusal
	}
	if err != nil {
		return none, nil, fmt.Errorf("customers: %s: %w", operation(key), err)
	}
	return out.result, out.announced, nil
}

// key names a request: what it wants, and the caller's own key.
func key(operation, own string) string { return operation + "/" + own }

// operation is the part of a key that may be shown.
func operation(key string) string {
	name, _, _ := strings.Cut(key, "/")
	return name
}

// told is an event as it is remembered.
type told struct {
	Type    string          `json:"type"`
	Version int             `json:"version"`
	Data    json.RawMessage `json:"data"`
}

func remember[T any](ctx context.Context, tx store.Scope, key string, now time.Time, out outcome[T]) error {
	announced := []told{}
	for _, event := range out.announced {
		version := 1
		if v, ok := event.(events.Versioned); ok {
			version = v.EventVersion()
		}
		announced = append(announced, told{event.EventName(), version, toJSON(event)})
	}
	_, err := tx.Exec(ctx, `INSERT INTO customer_answer (tenant_id, key, customer_id, result, announced, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		key, out.about, toJSON(out.result), toJSON(announced), now)
	return err
}

func recall[T any](ctx context.Context, tx store.Scope, key string) (out outcome[T], err error) {
	announced, err := store.One(ctx, tx, func(row store.Row) (announced []told, err error) {
		return announced, row.Scan(asJSON{&out.result}, asJSON{&announced}, &out.about)
	}, `SELECT result, announced, customer_id FROM customer_answer WHERE tenant_id = $1 AND key = $2`, key)
	if err != nil {
		return out, err
	}
	for _, t := range announced {
		event, err := decode(t)
		if err != nil {
			return out, err
		}
		out.announced = append(out.announced, event)
	}
	return out, nil
}

func decode(t told) (events.Event, error) {
	for _, kind := range customer.Types {
		if kind.Name() == t.Type {
			return kind.Decode(events.Envelope{Meta: events.Meta{Type: t.Type, Version: t.Version}, Data: t.Data})
		}
	}
	return nil, fmt.Errorf("%s is no event of customers", t.Type)
}
