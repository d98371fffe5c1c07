package availability

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// A Service answers for the free time of all tenants. It is safe for concurrent
// use. Every method may run again with the same request and then has the same
// answer; the events that it returns are for the caller to publish.
type Service struct {
	db    *store.DB
	cache *cache
}

// NewService returns the service on db.
func NewService(db *store.DB) *Service { return &Service{db: db, cache: &cache{}} }

var errNotYet = errors.New("availability: not written yet")

// OnDuty returns the people with bookable time at a branch in [from, to), by id.
func (s *Service) OnDuty(ctx context.Context, tenantID, branchID string, from, to time.Time) ([]string, error) {
	return nil, errNotYet
}

// OpenMinutes returns the instant at which a branch has been open for so many
// minutes after from. It is refused with never_open if that takes over a year.
func (s *Service) OpenMinutes(ctx context.Context, tenantID, branchID string, from time.Time, minutes int) (time.Time, error) {
	return time.Time{}, errNotYet
}

// NextOpening returns the first instant at or after from at which a branch is open.
// It is refused with never_open if there is none within a year.
func (s *Service) NextOpening(ctx context.Context, tenantID, branchID string, from time.Time) (time.Time, error) {
	return time.Time{}, errNotYet
}

// Holidays returns the public holidays of a branch in a year, in order, with what
// the branch has added and taken away.
func (s *Service) Holidays(ctx context.Context, tenantID, branchID string, year int) ([]availability.Holiday, error) {
	return nil, errNotYet
}

// Occupancy returns how full each of at most 366 dates is.
func (s *Service) Occupancy(ctx context.Context, tenantID string, req availability.OccupancyRequest) ([]availability.Occupancy, error) {
	return nil, errNotYet
}

// ImportBusyTime takes in what a calendar outside reports. Our own bookings are
// recognised and ignored.
func (s *Service) ImportBusyTime(ctx context.Context, tenantID string, now time.Time, req availability.BusyTime) ([]events.Event, error) {
	return nil, errNotYet
}

// DropBusyTime forgets what a calendar outside has reported under a uid.
func (s *Service) DropBusyTime(ctx context.Context, tenantID string, now time.Time, source, externalUID string) ([]events.Event, error) {
	return nil, errNotYet
}

// MarkStale says since when a tenant's calendars can't be asked, and with stale
// false that they can again. The last instant wins. The system tenant stands for
// every one.
func (s *Service) MarkStale(ctx context.Context, tenantID string, at time.Time, stale bool) error {
	return errNotYet
}

// MarkSynced says when a person's calendar was last read.
func (s *Service) MarkSynced(ctx context.Context, tenantID, staffID string, at time.Time) error {
	return errNotYet
}
