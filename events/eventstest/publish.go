package eventstest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/events"
)

// Publish records the event and, before it returns, does everything that is due
// by the bus's clock. It implements [events.Publisher].
func (b *Bus) Publish(ctx context.Context, e events.Event, options ...events.Option) (events.Receipt, error) {
	m, err := b.seal(ctx, e, options)
	if err != nil {
		return events.Receipt{}, err
	}
	_, receipt := b.publish(m)
	b.deliverDue()
	return receipt, nil
}

// PublishAndWait implements [events.Publisher]. The outcomes are those of the
// moment when the sync listeners were done; when it returns, the async ones have
// had their first attempt too. As in production an event that is delayed can't be
// waited for.
func (b *Bus) PublishAndWait(ctx context.Context, e events.Event, options ...events.Option) (events.Receipt, []events.Outcome, error) {
	m, err := b.seal(ctx, e, options)
	if err != nil {
		return events.Receipt{}, nil, err
	}
	if at := m.envelope.DeliverAt; at.After(b.Now()) {
		return events.Receipt{}, nil, fmt.Errorf("event %s is delayed until %s: publish it without waiting", m.envelope.ID, at.Format(time.RFC3339))
	}
	d, receipt := b.publish(m)
	defer b.deliverDue()
	if receipt.Status != events.Scheduled {
		if err := b.awaitSync(ctx, d); err != nil {
			return receipt, nil, fmt.Errorf("event %s is published, but its sync listeners are not known to be done: %w", receipt.EventID, err)
		}
	}
	outcomes := slices.DeleteFunc(b.Outcomes(receipt.EventID), func(o events.Outcome) bool { return !o.Sync })
	return receipt, outcomes, nil
}

// PublishAfter implements [events.Publisher] by the bus's clock.
func (b *Bus) PublishAfter(ctx context.Context, d time.Duration, e events.Event, options ...events.Option) (events.Receipt, error) {
	return b.Publish(ctx, e, append(slices.Clone(options), events.After(d))...)
}

// PublishAt implements [events.Publisher] by the bus's clock.
func (b *Bus) PublishAt(ctx context.Context, t time.Time, e events.Event, options ...events.Option) (events.Receipt, error) {
	return b.Publish(ctx, e, append(slices.Clone(options), events.At(t))...)
}

// PublishAll implements [events.Publisher]: one event at a time, whatever the
// concurrency.
func (b *Bus) PublishAll(ctx context.Context, stream iter.Seq[events.Event], _ int, options ...events.Option) iter.Seq[events.Result] {
	return func(yield func(events.Result) bool) {
		for e := range stream {
			if ctx.Err() != nil {
				return
			}
			receipt, err := b.Publish(ctx, e, options...)
			if !yield(events.Result{Receipt: receipt, Err: err}) {
				return
			}
		}
	}
}

// seal makes the event's message, by the bus's clock.
func (b *Bus) seal(ctx context.Context, e events.Event, options []events.Option) (message, error) {
	if err := ctx.Err(); err != nil {
		return message{}, fmt.Errorf("publish %s: %w", e.EventName(), err)
	}
	env, err := events.SealAt(b.Now(), e, options...)
	if err != nil {
		return message{}, err
	}
	if _, known := b.registry.Type(env.Type); !known {
		return message{}, fmt.Errorf("publish %s: %w: give the bus the Types of its package", env.Type, events.ErrUnknownType)
	}
	return messageOf(env)
}

// publish records the message and returns its receipt, or that of the first one.
func (b *Bus) publish(m message) (*delivery, events.Receipt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, duplicate := b.record(m)
	first := d.envelope
	workflow := "event/" + first.ID
	return d, events.Receipt{
		EventID:    first.ID,
		Type:       first.Type,
		WorkflowID: workflow,
		RunID:      uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s/%d", workflow, d.run)).String(),
		Duplicate:  duplicate,
		Status:     d.status(b.now),
	}
}

// awaitSync returns when the sync listeners are done. It calls them itself if
// nobody has yet, so that a listener may publish and wait.
func (b *Bus) awaitSync(ctx context.Context, d *delivery) error {
	b.mu.Lock()
	done := d.sync
	b.mu.Unlock()
	b.begin(d)
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
