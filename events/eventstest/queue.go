package eventstest

import (
	"cmp"
	"slices"
	"time"
)

// work is something to do at a given moment.
type work struct {
	at time.Time
	do func()
}

// queue holds work in the order in which it is due; what is due at the same
// moment comes in the order in which it was added.
type queue []work

func (q *queue) add(at time.Time, do func()) {
	i, _ := slices.BinarySearchFunc(*q, at, func(w work, at time.Time) int {
		return cmp.Or(w.at.Compare(at), -1)
	})
	*q = slices.Insert(*q, i, work{at, do})
}

// next takes the first work out that is due by the given moment.
func (q *queue) next(until time.Time) (work, bool) {
	if len(*q) == 0 || (*q)[0].at.After(until) {
		return work{}, false
	}
	first := (*q)[0]
	*q = (*q)[1:]
	return first, true
}

// Now returns the time of the bus's clock.
func (b *Bus) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Advance moves the clock by d and does everything that becomes due on the way,
// each thing at its own moment. Call it from the test, not from a listener.
func (b *Bus) Advance(d time.Duration) { b.deliverUntil(func() time.Time { return b.now.Add(d) }) }

// Settle moves the clock on until nothing is pending, however far away it is.
func (b *Bus) Settle() {
	b.deliverUntil(func() time.Time { return endOfTime })
}

// endOfTime is later than any moment that the wire can carry.
var endOfTime = time.Date(10000, time.January, 1, 0, 0, 0, 0, time.UTC)

// deliverDue does what is due now.
func (b *Bus) deliverDue() { b.deliverUntil(func() time.Time { return b.now }) }

// deliverUntil works off the queue up to the moment that until names under the
// lock. If another goroutine is at it, or this one is further up in its stack,
// that one goes on up to there.
func (b *Bus) deliverUntil(until func() time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if moment := until(); moment.After(b.until) {
		b.until = moment
	}
	if b.delivering {
		return
	}
	b.delivering = true
	defer func() { b.delivering = false }()
	for {
		w, ok := b.queue.next(b.until)
		if !ok {
			break
		}
		if w.at.After(b.now) {
			b.now = w.at
		}
		b.unlocked(w.do)
	}
	if b.until.Equal(endOfTime) {
		b.until = b.now
	}
	b.now = b.until
}

// unlocked calls do, which may call the bus again.
func (b *Bus) unlocked(do func()) {
	b.mu.Unlock()
	defer b.mu.Lock()
	do()
}
