package main

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/herald-bus/herald/events"
)

// A batch publishes the lines of standard input. Results are written in the order
// of the lines, each as soon as those before it are known.
type batch struct {
	*publishing
	reader *lineReader
	bar    *progressBar

	mu      sync.Mutex
	out     resultWriter
	queue   []*batchItem // lines whose results are not written, in order
	counts  map[string]int
	failed  int
	stopped string // why no more is read
	gone    error  // the server
	err     error  // of writing
}

// A batchItem is a line on its way.
type batchItem struct {
	publishResult
	settled bool
}

// many publishes what standard input has.
func (p *publishing) many(ctx context.Context) error {
	b := &batch{publishing: p, reader: newLineReader(p.stdin), out: resultWriter{app: p.app}, counts: map[string]int{}}
	b.bar = newProgressBar(p.app)
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	stream := b.stream(ctx, b.reader.lines(reading))
	if p.flags.dryRun {
		for range stream {
		}
		return b.end(ctx)
	}
	return p.withBus(ctx, func(server bus) error {
		for result := range server.PublishAll(ctx, stream, p.flags.concurrency, p.sealed()...) {
			b.settle(result)
		}
		return b.end(ctx)
	})
}

// stream yields the events that are fit to be published, and settles the others.
func (b *batch) stream(ctx context.Context, lines <-chan line) iter.Seq[events.Event] {
	pace := pacer{rate: b.flags.rate}
	return func(yield func(events.Event) bool) {
		for !b.isStopped() {
			select {
			case <-ctx.Done():
				return
			case next, more := <-lines:
				if !more {
					return
				}
				env, ok := b.take(next)
				if ok && (!pace.wait(ctx) || !yield(env)) {
					return
				}
			}
		}
	}
}

// take queues a line and reports whether there is an event to publish.
func (b *batch) take(next line) (events.Envelope, bool) {
	env, err := b.parse(next)
	b.mu.Lock()
	defer b.mu.Unlock()
	item := &batchItem{publishResult: publishResult{Line: next.number, ID: env.ID, Type: env.Type}}
	b.queue = append(b.queue, item)
	switch {
	case err != nil:
		item.settled, item.Status, item.Error = true, statusRejected, oneLine(err)
		b.fail(item)
	case b.flags.dryRun:
		item.settled, item.Status = true, statusValid
	}
	b.flush()
	return env, err == nil && !b.flags.dryRun
}

func (b *batch) parse(next line) (events.Envelope, error) {
	if next.err != nil {
		return events.Envelope{}, next.err
	}
	env, err := parseEvent(next.text, next.number)
	if err != nil {
		return env, err
	}
	sealed, err := b.seal(env)
	if err != nil {
		return env, err
	}
	return sealed, nil
}

// settle takes the answer to the oldest event under way.
func (b *batch) settle(result events.Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, item := range b.queue {
		if item.settled {
			continue
		}
		item.settled = true
		if result.Err == nil {
			item.receive(result.Receipt)
		} else {
			failure := b.explain(result.Err)
			item.Status, item.Error = statusRejected, failure.text
			if failure.code == exitUnreachable && b.gone == nil {
				b.gone = result.Err
				b.stopped = "the server is gone"
			}
		}
		if b.flags.requireNew && item.Status == statusDuplicate {
			item.Error = "published before; --require-new takes new events only"
		}
		if item.Error != "" {
			b.fail(item)
		}
		break
	}
	b.flush()
}

// fail counts a failed line; the caller holds the lock.
func (b *batch) fail(item *batchItem) {
	b.failed++
	if b.flags.stopOnError && b.stopped == "" {
		b.stopped = fmt.Sprintf("stopped on the error in line %d", item.Line)
	}
}

func (b *batch) isStopped() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopped != "" || b.err != nil
}

// flush writes the results whose turn it is; the caller holds the lock.
func (b *batch) flush() {
	for len(b.queue) > 0 && b.queue[0].settled && b.err == nil {
		item := b.queue[0]
		b.queue = b.queue[1:]
		b.counts[item.Status]++
		b.err = b.out.write(item.publishResult)
	}
	b.bar.update(b.summary(), b.reader.bytes.Load())
}

// end writes what is left and the summary.
func (b *batch) end(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, item := range b.queue {
		if !item.settled {
			item.settled, item.Status, item.Error = true, statusRejected, "interrupted before the server answered"
			b.failed++
		}
	}
	b.flush()
	b.bar.clear()
	if err := b.out.close(); b.err == nil {
		b.err = err
	}
	b.say("%s", b.summary())
	const again = "run the same input again: lines with an id are delivered once"
	switch {
	case b.err != nil:
		return b.err
	case ctx.Err() != nil:
		return exit(endOf(ctx), "interrupted; %s", again)
	case b.gone != nil:
		return exit(exitUnreachable, "%s; %s", b.explain(b.gone).text, again)
	case b.stopped != "":
		return exit(exitSomeFailed, "%s; mend it and %s", b.stopped, again)
	case b.failed > 0:
		return exit(exitSomeFailed, "%d failed; mend them and %s", b.failed, again)
	}
	return nil
}

// summary counts the results: "12 published, 1 rejected".
func (b *batch) summary() string {
	var parts []string
	for _, status := range []string{statusValid, statusPublished, statusDuplicate, statusRejected} {
		if n := b.counts[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	if len(parts) == 0 {
		return "no events"
	}
	return strings.Join(parts, ", ")
}

// A pacer keeps to a rate.
type pacer struct {
	rate float64
	next time.Time
}

// wait returns when the next event may go, or false at the end of ctx.
func (p *pacer) wait(ctx context.Context) bool {
	if p.rate <= 0 {
		return true
	}
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	delay := p.next.Sub(now)
	p.next = p.next.Add(time.Duration(float64(time.Second) / p.rate))
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
