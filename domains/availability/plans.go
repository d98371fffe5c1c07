package availability

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// SetBranch says how a branch works.
func (s *Service) SetBranch(ctx context.Context, tenantID string, now time.Time, req availability.BranchSettings) (availability.Touched, []events.Event, error) {
	if req.HolidayMode == "" {
		req.HolidayMode = availability.Closed
	}
	if req.GridMin == 0 {
		req.GridMin = defaultGrid
	}
	if !slices.Contains([]int{5, 10, 15, 20, 30, 60}, req.GridMin) || !slices.Contains([]string{availability.Closed, availability.Open}, req.HolidayMode) {
		return availability.Touched{}, nil, events.Refuse("invalid_time", "AVL-18",
			"grid_min %d and holiday_mode %q: use 5, 10, 15, 20, 30 or 60, and closed or open", req.GridMin, req.HolidayMode)
	}
	return s.setPlan(ctx, tenantID, now, req.BranchID, availability.ReasonHoliday, func(tx store.Scope) error {
		_, err := tx.Exec(ctx, `UPDATE branch_calendar SET local_feasts = $3, holiday_mode = $4, grid_min = $5 WHERE tenant_id = $1 AND branch_id = $2`,
			req.BranchID, strings.Join(req.LocalFeasts, " "), req.HolidayMode, req.GridMin)
		return err
	})
}

// setPlan has write change what holds for a whole branch.
func (s *Service) setPlan(ctx context.Context, tenantID string, now time.Time, branchID, reason string, write func(store.Scope) error) (availability.Touched, []events.Event, error) {
	loc, err := zoneOf(ctx, s.db.Tenant(tenantID), branchID)
	if err != nil {
		return availability.Touched{}, nil, err
	}
	err = s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		if err := raiseBranch(ctx, tx, branchID); err != nil {
			return err
		}
		return write(tx)
	})
	if err != nil {
		return availability.Touched{}, nil, err
	}
	touched := availability.Touched{Dates: ahead(now, loc)}
	return touched, changed([]string{branchID}, "", touched.Dates, reason), nil
}

// SetOpening replaces the opening hours of a branch. It is refused with
// overlapping_intervals and invalid_time, as the next three are.
func (s *Service) SetOpening(ctx context.Context, tenantID string, now time.Time, req availability.OpeningRequest) (availability.Touched, []events.Event, error) {
	plan, err := parseWeek(req.Intervals)
	if err != nil {
		return availability.Touched{}, nil, err
	}
	if err := checkOverlaps(plan); err != nil {
		return availability.Touched{}, nil, err
	}
	return s.setPlan(ctx, tenantID, now, req.BranchID, availability.ReasonHours, func(tx store.Scope) error {
		if _, err := tx.Exec(ctx, `DELETE FROM opening_interval WHERE tenant_id = $1 AND branch_id = $2`, req.BranchID); err != nil {
			return err
		}
		for _, w := range plan {
			_, err := tx.Exec(ctx, `INSERT INTO opening_interval (tenant_id, branch_id, weekday, start_time, end_time, valid_from, valid_until)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`, req.BranchID, w.weekday, clockTime(w.start), clockTime(w.end), w.from, w.until)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// SetWorking replaces the working hours of a person at a branch. A person who is
// not known yet becomes so, active.
func (s *Service) SetWorking(ctx context.Context, tenantID string, now time.Time, req availability.WorkingRequest) (availability.Touched, []events.Event, error) {
	plan, err := parseWeek(req.Intervals)
	if err != nil {
		return availability.Touched{}, nil, err
	}
	scope := s.db.Tenant(tenantID)
	loc, err := zoneOf(ctx, scope, req.BranchID)
	if err != nil {
		return availability.Touched{}, nil, err
	}
	err = scope.InTx(ctx, func(tx store.Scope) error {
		if _, err := raiseStaff(ctx, tx, req.StaffID); err != nil {
			return err
		}
		elsewhere, err := store.All(ctx, tx, func(r store.Row) (weekly, error) { return scanWeekly(r) },
			`SELECT weekday, start_time, end_time, valid_from, valid_until FROM working_interval
			WHERE tenant_id = $1 AND staff_id = $2 AND branch_id <> $3`, req.StaffID, req.BranchID)
		if err != nil {
			return err
		}
		if err := checkOverlaps(slices.Concat(elsewhere, plan)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM working_interval WHERE tenant_id = $1 AND staff_id = $2 AND branch_id = $3`, req.StaffID, req.BranchID); err != nil {
			return err
		}
		for _, w := range plan {
			_, err := tx.Exec(ctx, `INSERT INTO working_interval (tenant_id, staff_id, branch_id, weekday, start_time, end_time, valid_from, valid_until)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, req.StaffID, req.BranchID, w.weekday, clockTime(w.start), clockTime(w.end), w.from, w.until)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return availability.Touched{}, nil, err
	}
	touched := availability.Touched{Dates: ahead(now, loc)}
	return touched, changed([]string{req.BranchID}, req.StaffID, touched.Dates, availability.ReasonHours), nil
}

// SetBreaks replaces the breaks of a person.
func (s *Service) SetBreaks(ctx context.Context, tenantID string, now time.Time, req availability.BreaksRequest) (availability.Touched, []events.Event, error) {
	plan := make([]weekly, len(req.Breaks))
	for i, b := range req.Breaks {
		h, err := parseHours(availability.Times{Start: b.Start, End: b.End})
		if err != nil {
			return availability.Touched{}, nil, err
		}
		if b.Date != "" {
			if _, err := parseDay(b.Date); err != nil {
				return availability.Touched{}, nil, err
			}
		}
		if (b.Date == "") == (b.Weekday == 0) || b.Weekday < 0 || b.Weekday > 7 {
			return availability.Touched{}, nil, events.Refuse("invalid_time", "AVL-6", "a break on weekday %d and date %q: give it one of the two", b.Weekday, b.Date)
		}
		plan[i] = weekly{hours: h, weekday: b.Weekday}
	}
	return s.setStaff(ctx, tenantID, now, req.StaffID, availability.ReasonHours, func(tx store.Scope) error {
		if _, err := tx.Exec(ctx, `DELETE FROM break_interval WHERE tenant_id = $1 AND staff_id = $2`, req.StaffID); err != nil {
			return err
		}
		for i, b := range plan {
			_, err := tx.Exec(ctx, `INSERT INTO break_interval (tenant_id, staff_id, weekday, date, start_time, end_time) VALUES ($1, $2, $3, $4, $5, $6)`,
				req.StaffID, b.weekday, req.Breaks[i].Date, clockTime(b.start), clockTime(b.end))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// setStaff has write change what holds for a person everywhere.
func (s *Service) setStaff(ctx context.Context, tenantID string, now time.Time, staffID, reason string, write func(store.Scope) error) (availability.Touched, []events.Event, error) {
	var branches []string
	loc := time.UTC
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		if _, err := raiseStaff(ctx, tx, staffID); err != nil {
			return err
		}
		var err error
		if branches, err = branchesOf(ctx, tx, staffID); err != nil {
			return err
		}
		if len(branches) > 0 {
			if loc, err = zoneOf(ctx, tx, branches[0]); err != nil {
				return err
			}
		}
		return write(tx)
	})
	if err != nil {
		return availability.Touched{}, nil, err
	}
	touched := availability.Touched{Dates: ahead(now, loc)}
	return touched, changed(branches, staffID, touched.Dates, reason), nil
}

// SetStaff says what holds for a person.
func (s *Service) SetStaff(ctx context.Context, tenantID string, now time.Time, req availability.StaffSettings) (availability.Touched, []events.Event, error) {
	if req.MaxPerDay < 0 {
		return availability.Touched{}, nil, events.Refuse("invalid_time", "AVL-26", "max_per_day %d: use 0 for no limit", req.MaxPerDay)
	}
	return s.setStaff(ctx, tenantID, now, req.StaffID, availability.ReasonStaff, func(tx store.Scope) error {
		_, err := tx.Exec(ctx, `UPDATE staff_calendar SET active = $3, max_per_day = $4, linked = $5 WHERE tenant_id = $1 AND staff_id = $2`,
			req.StaffID, req.Active, req.MaxPerDay, req.Linked)
		return err
	})
}

// Rezone moves a branch to another time zone. Bookings stay at their instants; those
// that no longer fit are announced as conflicts.
func (s *Service) Rezone(ctx context.Context, tenantID string, now time.Time, req availability.RezoneRequest) (availability.Touched, []events.Event, error) {
	loc, err := location(req.Zone)
	if err != nil {
		return availability.Touched{}, nil, err
	}
	scope := s.db.Tenant(tenantID)
	err = scope.InTx(ctx, func(tx store.Scope) error {
		branch, err := tenancy.FindBranch(ctx, tx, req.BranchID)
		if err != nil {
			return err
		}
		branch.Zone = req.Zone
		if err := tenancy.PutBranch(ctx, tx, branch); err != nil {
			return err
		}
		return raiseBranch(ctx, tx, req.BranchID)
	})
	if err != nil {
		return availability.Touched{}, nil, err
	}
	today := dayAt(now.Unix(), loc)
	conflicts, err := s.conflicts(ctx, scope, tenantID, now, search{branchID: req.BranchID, first: today, last: today + horizon - 1, cause: availability.CauseZone})
	if err != nil {
		return availability.Touched{}, nil, err
	}
	return availability.Touched{Dates: ahead(now, loc)}, announce(req.Key, conflicts), nil
}
