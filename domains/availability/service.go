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
	db *store.DB
}

// NewService returns the service on db.
func NewService(db *store.DB) *Service { return &Service{db: db} }

var errNotYet = errors.New("availability: not written yet")

// FreeSlots returns the starts that can be had, at most 500 of at most 31 dates.
// It is refused with window_too_long and unknown_staff.
func (s *Service) FreeSlots(ctx context.Context, tenantID string, now time.Time, req availability.FreeSlotsRequest) (availability.FreeSlots, error) {
	return availability.FreeSlots{}, errNotYet
}

// Check returns the slot at one start, which need not be on the grid. It is refused
// with the first of too_soon, too_far, closed, outside_hours, staff_absent,
// day_full, group_full and slot_taken that applies.
func (s *Service) Check(ctx context.Context, tenantID string, now time.Time, req availability.CheckRequest) (availability.Slot, error) {
	return availability.Slot{}, errNotYet
}

// NextFree returns the first slot in the 90 days after an instant.
func (s *Service) NextFree(ctx context.Context, tenantID string, now time.Time, req availability.NextFreeRequest) (availability.NextFree, error) {
	return availability.NextFree{}, errNotYet
}

// Offer keeps other customers away from the first three slots for two minutes. It
// is refused with slot_taken, which names the slot.
func (s *Service) Offer(ctx context.Context, tenantID string, now time.Time, req availability.OfferRequest) (availability.Offer, error) {
	return availability.Offer{}, errNotYet
}

// Hold takes all time of a demand, or none, and announces slot_held unless it is an
// appointment's; a hold that the session had before is announced as released. It is
// refused as [Service.Check] is, with too_many_holds, and with hold_expired if the
// hold of that id has ended.
func (s *Service) Hold(ctx context.Context, tenantID string, now time.Time, req availability.HoldRequest) (availability.Hold, []events.Event, error) {
	return availability.Hold{}, nil, errNotYet
}

// Renew has a session's hold last five minutes from now, and fifteen from its start
// at most. It is refused with hold_expired and hold_not_yours.
func (s *Service) Renew(ctx context.Context, tenantID string, now time.Time, req availability.RenewRequest) (availability.Hold, error) {
	return availability.Hold{}, errNotYet
}

// Release gives holds back, and a session's offer with them. What is given back
// already stays so. It is refused with hold_not_yours.
func (s *Service) Release(ctx context.Context, tenantID string, now time.Time, req availability.ReleaseRequest) (availability.Released, []events.Event, error) {
	return availability.Released{}, nil, errNotYet
}

// Convert makes a booking of a hold and announces slot_booked. After the hold's end
// it succeeds if the time is still free. It is refused with hold_lost and
// hold_not_yours.
func (s *Service) Convert(ctx context.Context, tenantID string, now time.Time, req availability.ConvertRequest) (availability.Booked, []events.Event, error) {
	return availability.Booked{}, nil, errNotYet
}

// Move gives an appointment the time of its new hold and takes the old one back, at
// once: slot_booked and slot_released. It is refused as [Service.Convert] is.
func (s *Service) Move(ctx context.Context, tenantID string, now time.Time, req availability.MoveRequest) (availability.Moved, []events.Event, error) {
	return availability.Moved{}, nil, errNotYet
}

// ReleaseBooking gives back all time of an appointment, and the holds that it has,
// and announces slot_released if any of it is still to come.
func (s *Service) ReleaseBooking(ctx context.Context, tenantID string, now time.Time, req availability.ReleaseBookingRequest) (availability.Released, []events.Event, error) {
	return availability.Released{}, nil, errNotYet
}

// GiveBackRest gives back what is left of an appointment's time after now.
func (s *Service) GiveBackRest(ctx context.Context, tenantID string, now time.Time, req availability.ReleaseBookingRequest) (availability.Released, []events.Event, error) {
	return availability.Released{}, nil, errNotYet
}

// Expire ends the holds that ran out, and announces each once: a run with another
// now does not repeat it.
func (s *Service) Expire(ctx context.Context, tenantID string, now time.Time, req availability.ExpireRequest) ([]events.Event, error) {
	return nil, errNotYet
}

// SetBranch says how a branch works.
func (s *Service) SetBranch(ctx context.Context, tenantID string, now time.Time, req availability.BranchSettings) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// Rezone moves a branch to another time zone. Bookings stay at their instants; those
// that no longer fit are announced as conflicts.
func (s *Service) Rezone(ctx context.Context, tenantID string, now time.Time, req availability.RezoneRequest) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// SetStaff says what holds for a person.
func (s *Service) SetStaff(ctx context.Context, tenantID string, now time.Time, req availability.StaffSettings) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// SetOpening replaces the opening hours of a branch. It is refused with
// overlapping_intervals and invalid_time, as the next three are.
func (s *Service) SetOpening(ctx context.Context, tenantID string, now time.Time, req availability.OpeningRequest) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// SetWorking replaces the working hours of a person at a branch. A person who is
// not known yet becomes so, active.
func (s *Service) SetWorking(ctx context.Context, tenantID string, now time.Time, req availability.WorkingRequest) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// SetBreaks replaces the breaks of a person.
func (s *Service) SetBreaks(ctx context.Context, tenantID string, now time.Time, req availability.BreaksRequest) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// SetException replaces the plan of one date.
func (s *Service) SetException(ctx context.Context, tenantID string, now time.Time, req availability.ExceptionRequest) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// SetHoliday adds a public holiday to a branch, or takes one away.
func (s *Service) SetHoliday(ctx context.Context, tenantID string, now time.Time, req availability.HolidayRequest) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

// RecordAbsence says that a person is away. Bookings stand until Appointments
// settles them. It is refused with invalid_time and unknown_staff.
func (s *Service) RecordAbsence(ctx context.Context, tenantID string, now time.Time, req availability.AbsenceRequest) (availability.Absence, []events.Event, error) {
	return availability.Absence{}, nil, errNotYet
}

// EndAbsence takes an absence back. One that is gone is a success.
func (s *Service) EndAbsence(ctx context.Context, tenantID string, now time.Time, absenceID string) (availability.Touched, []events.Event, error) {
	return availability.Touched{}, nil, errNotYet
}

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
