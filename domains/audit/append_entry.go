package audit

import (
	"context"

	"github.com/herald-bus/herald/events"
)

// AppendEntry writes every event into the trail, the last of the sync listeners.
type AppendEntry struct{ trail *Trail }

// NewAppendEntry returns the listener for every event.
func NewAppendEntry(trail *Trail) events.Listener {
	l := &AppendEntry{trail}
	return events.OnEvery("audit.append-entry", l.handle, events.Sync(), events.Priority(100))
}

func (l *AppendEntry) handle(ctx context.Context, d events.Delivery[events.Envelope]) error {
	entry, err := EntryOf(d.Event, d.Now())
	if err != nil {
		return events.Permanent(err) // the same data has the same fault next time
	}
	return l.trail.Append(ctx, d.TenantID, entry)
}
