package availability

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// SetException replaces the plan of one date.
func (s *Service) SetException(ctx context.Context, tenantID string, now time.Time, req availability.ExceptionRequest) (availability.Touched, []events.Event, error) {
	d, times, err := parseException(req)
	if err != nil {
		return availability.Touched{}, nil, err
	}
	subject := req.BranchID
	if req.StaffID != "" {
		subject = req.StaffID
	}
	return s.setDate(ctx, tenantID, req.BranchID, req.StaffID, d, availability.ReasonException, func(tx store.Scope) error {
		if req.Kind == availability.NoException {
			_, err := tx.Exec(ctx, `DELETE FROM day_exception WHERE tenant_id = $1 AND subject_id = $2 AND date = $3`, subject, req.Date)
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO day_exception (tenant_id, subject_id, date, branch_id, kind, times) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant_id, subject_id, date) DO UPDATE SET branch_id = excluded.branch_id, kind = excluded.kind, times = excluded.times`,
			subject, req.Date, req.BranchID, req.Kind, times)
		return err
	})
}

func parseException(req availability.ExceptionRequest) (d day, times string, err error) {
	if d, err = parseDay(req.Date); err != nil {
		return d, "", err
	}
	if !slices.Contains([]string{availability.Open, availability.Closed, availability.NoException}, req.Kind) || (req.Kind == availability.Open) != (len(req.Times) > 0) {
		return d, "", events.Refuse("invalid_time", "AVL-4", "an exception of kind %q with %d times: use open with times, or closed or none without", req.Kind, len(req.Times))
	}
	var plan []weekly
	var parts []string
	for _, t := range req.Times {
		h, err := parseHours(t)
		if err != nil {
			return d, "", err
		}
		plan = append(plan, weekly{hours: h, weekday: d.weekday()})
		parts = append(parts, clockTime(h.start)+"-"+clockTime(h.end))
	}
	return d, strings.Join(parts, " "), checkOverlaps(plan)
}

// setDate has write change one date of a branch, or of a person there.
func (s *Service) setDate(ctx context.Context, tenantID, branchID, staffID string, d day, reason string, write func(store.Scope) error) (availability.Touched, []events.Event, error) {
	scope := s.db.Tenant(tenantID)
	if _, err := zoneOf(ctx, scope, branchID); err != nil {
		return availability.Touched{}, nil, err
	}
	err := scope.InTx(ctx, func(tx store.Scope) error {
		people := []string{staffID}
		var err error
		if staffID == "" {
			if people, err = staffAt(ctx, tx, branchID); err != nil {
				return err
			}
			err = raiseBranch(ctx, tx, branchID)
		} else {
			_, err = raiseStaff(ctx, tx, staffID)
		}
		if err != nil {
			return err
		}
		var days []dateOf
		for _, id := range people {
			days = append(days, dateOf{id, d})
		}
		if err := raise(ctx, tx, days); err != nil {
			return err
		}
		return write(tx)
	})
	if err != nil {
		return availability.Touched{}, nil, err
	}
	touched := availability.Touched{Dates: dates(d, d)}
	return touched, changed([]string{branchID}, staffID, touched.Dates, reason), nil
}

// SetHoliday adds a public holiday to a branch, or takes one away.
func (s *Service) SetHoliday(ctx context.Context, tenantID string, now time.Time, req availability.HolidayRequest) (availability.Touched, []events.Event, error) {
	d, err := parseDay(req.Date)
	if err != nil {
		return availability.Touched{}, nil, err
	}
	return s.setDate(ctx, tenantID, req.BranchID, "", d, availability.ReasonHoliday, func(tx store.Scope) error {
		_, err := tx.Exec(ctx, `INSERT INTO holiday_override (tenant_id, branch_id, date, name, closed) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (tenant_id, branch_id, date) DO UPDATE SET name = excluded.name, closed = excluded.closed`,
			req.BranchID, req.Date, req.Name, req.Closed)
		return err
	})
}

// RecordAbsence says that a person is away. Bookings stand until Appointments
// settles them. It is refused with invalid_time and unknown_staff.
func (s *Service) RecordAbsence(ctx context.Context, tenantID string, now time.Time, req availability.AbsenceRequest) (availability.Absence, []events.Event, error) {
	scope := s.db.Tenant(tenantID)
	loc, err := zoneOf(ctx, scope, req.BranchID)
	if err != nil {
		return availability.Absence{}, nil, err
	}
	span, err := spanOfAbsence(req, loc)
	if err != nil {
		return availability.Absence{}, nil, err
	}
	answer := availability.Absence{AbsenceID: req.AbsenceID}
	var branches []string
	err = scope.InTx(ctx, func(tx store.Scope) error {
		known, err := raiseStaff(ctx, tx, req.StaffID)
		if err != nil {
			return err
		}
		if !known {
			return events.Refuse("unknown_staff", "AVL-8", "there is no staff member %s: name somebody who has working hours", req.StaffID)
		}
		days := daysOf([]taken{{req.StaffID, span}}, loc)
		answer.Dates = dates(days[0].day, days[len(days)-1].day)
		if err := raise(ctx, tx, days); err != nil {
			return err
		}
		if branches, err = branchesOf(ctx, tx, req.StaffID); err != nil {
			return err
		}
		if !slices.Contains(branches, req.BranchID) {
			branches = append([]string{req.BranchID}, branches...)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO absence (tenant_id, absence_id, staff_id, branch_id, kind, starts_at, ends_at, note, source, external_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			req.AbsenceID, req.StaffID, req.BranchID, req.Kind, instant(span.from), instant(span.to), req.Note, req.Source, req.ExternalID); err != nil {
			return err
		}
		answer.AppointmentIDs, err = store.All(ctx, tx, scanText, `SELECT DISTINCT b.appointment_id FROM (`+bookings+`) b
			WHERE b.staff_id = $2 AND b.ends_at > $3 AND b.starts_at < $4 ORDER BY 1`, req.StaffID, instant(span.from), instant(span.to))
		return err
	})
	if err != nil {
		return availability.Absence{}, nil, err
	}
	return answer, changed(branches, req.StaffID, answer.Dates, availability.ReasonAbsence), nil
}

func spanOfAbsence(req availability.AbsenceRequest, loc *time.Location) (interval, error) {
	if !slices.Contains([]string{"vacation", "sick", "training", "other"}, req.Kind) {
		return interval{}, events.Refuse("invalid_time", "AVL-7", "kind %q: use vacation, sick, training or other", req.Kind)
	}
	span := interval{req.From.Unix(), ceil(req.Until).Unix()}
	if req.FirstDate != "" || req.LastDate != "" {
		first, err := parseDay(req.FirstDate)
		if err != nil {
			return interval{}, err
		}
		last, err := parseDay(req.LastDate)
		if err != nil {
			return interval{}, err
		}
		span = interval{first.bounds(loc).from, last.bounds(loc).to}
	}
	if span.empty() || span.to-span.from > 5*366*oneDay {
		return interval{}, events.Refuse("invalid_time", "AVL-7", "an absence from %s until %s: let it end after it starts, within five years",
			instant(span.from).Format(time.RFC3339), instant(span.to).Format(time.RFC3339))
	}
	return span, nil
}

// EndAbsence takes an absence back. One that is gone is a success.
func (s *Service) EndAbsence(ctx context.Context, tenantID string, now time.Time, absenceID string) (availability.Touched, []events.Event, error) {
	var touched availability.Touched
	var staffID string
	var branches []string
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		var branchID string
		var from, to time.Time
		_, err := store.One(ctx, tx, func(r store.Row) (none struct{}, err error) {
			return none, r.Scan(&staffID, &branchID, store.At(&from), store.At(&to))
		}, `UPDATE absence SET ended = true WHERE tenant_id = $1 AND absence_id = $2 RETURNING staff_id, branch_id, starts_at, ends_at`, absenceID)
		if err != nil {
			return err
		}
		loc, err := zoneOf(ctx, tx, branchID)
		if err != nil {
			return err
		}
		days := daysOf([]taken{{staffID, interval{from.Unix(), to.Unix()}}}, loc)
		touched.Dates = dates(days[0].day, days[len(days)-1].day)
		if _, err := raiseStaff(ctx, tx, staffID); err != nil {
			return err
		}
		if branches, err = branchesOf(ctx, tx, staffID); err != nil {
			return err
		}
		return raise(ctx, tx, days)
	})
	if errors.Is(err, store.ErrNotFound) {
		return availability.Touched{}, nil, nil
	}
	if err != nil {
		return availability.Touched{}, nil, err
	}
	return touched, changed(branches, staffID, touched.Dates, availability.ReasonAbsence), nil
}
