package availability

import (
	"context"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
	outside "github.com/herald-bus/herald/events/calendar"
)

// fromCalendar is the source of absences that a calendar knew of first.
const fromCalendar = "calendar"

// NewRecordCalendarAbsence returns the listener that has a person be away on the days
// that a calendar names, in the calendar's zone. Of somebody without working hours
// nothing is recorded.
func NewRecordCalendarAbsence(s *Service) events.Listener {
	return events.On("availability.record-calendar-absence", func(ctx context.Context, d events.Delivery[outside.AbsenceRecorded]) error {
		e := d.Event
		home, err := homeOf(ctx, s.db.Tenant(d.TenantID), map[string]string{}, e.StaffID)
		if err != nil || home == "" {
			return err
		}
		req := availability.AbsenceRequest{
			AbsenceID: derivedID(fromCalendar, e.ExternalID), StaffID: e.StaffID, BranchID: home, Kind: "other", Source: fromCalendar, ExternalID: e.ExternalID,
		}
		if req.From, req.Until, err = spanOfDays(e); err != nil {
			return events.Permanent(err)
		}
		_, announced, err := s.RecordAbsence(ctx, d.TenantID, d.Now(), req)
		if refused(err) {
			return events.Permanent(err)
		}
		emit(d, announced)
		return err
	}, events.Priority(85), events.Emits(availability.Changed{}))
}

// spanOfDays lasts from the first day's midnight to that after the last day.
func spanOfDays(e outside.AbsenceRecorded) (from, until time.Time, err error) {
	loc, err := location(e.Zone)
	if err != nil {
		return from, until, err
	}
	first, err := parseDay(e.FromDay)
	if err != nil {
		return from, until, err
	}
	last, err := parseDay(e.ToDay)
	return instant(first.bounds(loc).from), instant(last.bounds(loc).to), err
}
