package calendarsync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/herald-bus/herald/domains/internal/store"
)

// A Target is what the calendar should show of an appointment since one of its
// events.
type Target struct {
	Booking Booking
	// Cancelled says that it should show nothing.
	Cancelled bool
}

// rank orders the targets of one appointment: the greater one counts.
func (t Target) rank() int64 {
	rank := int64(t.Booking.Version) * 2
	if t.Cancelled {
		rank++ // of one version, the end of it counts
	}
	return rank
}

// Sync brings the calendar to what counts, in whatever order events arrive.
type Sync struct {
	calendar Calendar
	links    links
	log      *slog.Logger
}

// NewSync returns the sync of the given calendar.
func NewSync(calendar Calendar, db *store.DB, log *slog.Logger) *Sync {
	return &Sync{calendar, links{db}, log}
}

// maxRounds is how often the target may move while the calendar is being told.
const maxRounds = 3

// ErrMoving means that an appointment changed faster than the calendar was told.
var ErrMoving = errors.New("calendarsync: the appointment keeps changing")

// Converge notes the target, if it is the latest, and tells the calendar the
// latest. A target that the calendar shows already is not told again.
//
// One that is late tells the calendar what counts now even if it was told before:
// an earlier attempt of this one may have told it the old state in between.
func (s *Sync) Converge(ctx context.Context, tenantID, key string, target Target) error {
	id := target.Booking.ID
	link, err := s.links.aim(ctx, tenantID, target)
	if err != nil {
		return fmt.Errorf("calendarsync: link of %s: %w", id, err)
	}
	if link.told == target.rank() && link.target.rank() == link.told || link.hidden && link.told < 0 {
		return nil
	}
	return s.settle(ctx, tenantID, key, target, link)
}

// Hide notes that the calendar shows nothing of an appointment, whatever happens to
// it. What an event that came earlier has shown already is taken out again.
func (s *Sync) Hide(ctx context.Context, tenantID, key string, b Booking) error {
	link, err := s.links.hide(ctx, tenantID, b)
	if err != nil {
		return fmt.Errorf("calendarsync: link of %s: %w", b.ID, err)
	}
	if link.told < 0 {
		return nil
	}
	return s.settle(ctx, tenantID, key, Target{Booking: b, Cancelled: true}, link)
}

// settle tells the calendar what counts, until that does not change any more.
func (s *Sync) settle(ctx context.Context, tenantID, key string, target Target, link link) error {
	id := target.Booking.ID
	for range maxRounds {
		told := link.target
		if err := s.tell(ctx, keyFor(key, target, told), told); err != nil {
			return err
		}
		var err error
		if link, err = s.links.confirm(ctx, tenantID, told); err != nil {
			return fmt.Errorf("calendarsync: link of %s: %w", id, err)
		}
		if link.target.rank() == told.rank() {
			s.log.InfoContext(ctx, "calendar told", "appointment_id", id, "version", told.Booking.Version, "cancelled", told.Cancelled)
			return nil
		}
	}
	return ErrMoving
}

func (s *Sync) tell(ctx context.Context, key string, t Target) error {
	if t.Cancelled {
		return s.calendar.Delete(ctx, key, t.Booking.ID)
	}
	_, err := s.calendar.Put(ctx, key, t.Booking)
	return err
}

// keyFor returns the key of a call. For its own target a delivery uses its own
// key; for another's it must use a new one, or the vendor would take the call for
// a repeat.
func keyFor(key string, own, told Target) string {
	if own.rank() == told.rank() {
		return key
	}
	return fmt.Sprintf("%s/%d", key, told.rank())
}
