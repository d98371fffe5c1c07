package eventstest

import (
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/events"
)

// delivery is one event on its way to its listeners.
type delivery struct {
	message
	run   int           // from 1; a redrive is another
	begun bool          // this run
	sync  chan struct{} // closed when the sync listeners of this run are done
	steps []*step       // the plan, in the order of delivery
}

// step is one listener in the plan and what became of it.
type step struct {
	events.Outcome
	listener  events.Listener
	attempt   int       // on the asynchronous ladder of this run
	notBefore time.Time // the moment that a sync listener asked for
}

func (s *step) isSettled() bool {
	return s.Status == events.Succeeded || s.Status == events.GaveUp
}

func (d *delivery) status(now time.Time) events.Status {
	if d.steps == nil && !d.begun {
		if d.envelope.DeliverAt.After(now) {
			return events.Scheduled
		}
		return events.Delivering
	}
	status := events.Delivered
	for _, s := range d.steps {
		if !s.isSettled() {
			return events.Delivering
		}
		if s.Status == events.GaveUp {
			status = events.Failed
		}
	}
	return status
}

// record makes an event durable and schedules its delivery, unless one with its
// id is there. The lock is held.
func (b *Bus) record(m message) (d *delivery, duplicate bool) {
	if first, ok := b.deliveries[m.envelope.ID]; ok {
		return first, true
	}
	d = &delivery{message: m}
	b.deliveries[m.envelope.ID] = d
	b.published = append(b.published, d)
	b.schedule(d, later(b.now, m.envelope.DeliverAt))
	return d, false
}

// schedule starts a run of the delivery. The lock is held.
func (b *Bus) schedule(d *delivery, at time.Time) {
	d.run++
	d.begun = false
	d.sync = make(chan struct{})
	b.queue.add(at, func() { b.begin(d) })
}

// begin calls the sync listeners and queues the others, unless that was done.
func (b *Bus) begin(d *delivery) {
	pending, ok := b.claim(d)
	if !ok {
		return
	}
	for _, s := range pending {
		if s.Sync {
			b.runSync(d, s)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range pending {
		if !s.isSettled() {
			b.queue.add(later(b.now, s.notBefore), func() { b.runAsync(d, s) })
		}
	}
	close(d.sync)
}

// claim plans the delivery on its first run and returns what this run is to do.
func (b *Bus) claim(d *delivery) (pending []*step, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d.begun {
		return nil, false
	}
	d.begun = true
	if d.run == 1 {
		for _, l := range b.registry.Listeners(d.envelope.Type) {
			d.steps = append(d.steps, &step{listener: l, Outcome: events.Outcome{Listener: l.Name(), Sync: l.IsSync(), Status: events.Pending}})
		}
	}
	return slices.DeleteFunc(slices.Clone(d.steps), (*step).isSettled), true
}

// runSync makes the quick attempts, all at one instant. What is worth another one
// after that is left to the ladder.
func (b *Bus) runSync(d *delivery, s *step) {
	for attempt := 1; ; attempt++ {
		err := b.attempt(d, s, attempt)
		_, again := events.SyncRetry().Interval(attempt)
		after, asked := events.RetryDelay(err)
		switch {
		case err == nil:
			return
		case events.IsPermanent(err):
			b.set(s, events.GaveUp, 0)
			return
		case asked || !again:
			b.set(s, events.HandedOver, after)
			return
		}
	}
}

// runAsync makes the next attempt of the ladder and queues the one after it.
func (b *Bus) runAsync(d *delivery, s *step) {
	s.attempt++
	err := b.attempt(d, s, s.attempt)
	if err == nil {
		return
	}
	policy, own := s.listener.RetryPolicy()
	if !own {
		policy = events.DefaultRetry()
	}
	interval, again := policy.Interval(s.attempt)
	if !again || events.IsPermanent(err) {
		b.set(s, events.GaveUp, 0)
		return
	}
	if after, asked := events.RetryDelay(err); asked {
		interval = after
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue.add(b.now.Add(interval), func() { b.runAsync(d, s) })
}

func (b *Bus) set(s *step, status events.OutcomeStatus, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Status = status
	s.notBefore = b.now.Add(wait)
}

// attempt calls the listener once. If it succeeds, its outcome and what it emitted
// are recorded together.
func (b *Bus) attempt(d *delivery, s *step, n int) error {
	run := events.Run{Attempt: n, Now: b.Now()}
	emitted, err := d.deliver(b.t.Context(), b.registry, s.Listener, run)
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Attempts++
	if err != nil {
		s.Error, _, _ = strings.Cut(err.Error(), "\n")
		return err
	}
	s.Status, s.Error = events.Succeeded, ""
	for _, m := range emitted {
		b.record(m)
		s.Emitted = append(s.Emitted, m.envelope.ID)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
