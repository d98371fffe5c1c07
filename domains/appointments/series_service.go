package appointments

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

type series struct {
	id       string
	rule     appointment.SeriesRule
	template appointment.BookRequest
	status   string
	until    string // the last date that was planned
}

// PlanSeries adds a series, and says which of its occurrences to book now: those
// within the limit of days ahead, each by its own saga, and which of them are left
// out as exceptions. Ask again at NextAt. The
// bookings are the same whenever it is asked, under the same keys.
func (s *Service) PlanSeries(ctx context.Context, tenantID string, now time.Time, r appointment.SeriesRequest) (appointment.SeriesPlan, error) {
	var plan appointment.SeriesPlan
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		found, err := findSeries(ctx, tx, r.SeriesID)
		if errors.Is(err, store.ErrNotFound) {
			found = series{id: r.SeriesID, rule: r.Rule, template: r.Template, status: "active"}
			err = nil
		}
		if err != nil {
			return err
		}
		if plan, err = planSeries(ctx, tx, now, &found, ""); err != nil {
			return err
		}
		return found.save(ctx, tx)
	})
	return plan, err
}

// planSeries lists what to book of a series, from a date on.
func planSeries(ctx context.Context, tx store.Scope, now time.Time, s *series, from string) (appointment.SeriesPlan, error) {
	plan := appointment.SeriesPlan{SeriesID: s.id, Book: []appointment.BookRequest{}, Skipped: []appointment.Skipped{}}
	if s.status != "active" {
		return plan, nil
	}
	branch, err := tenancy.FindBranch(ctx, tx, s.template.BranchID)
	if err != nil {
		return plan, err
	}
	zone, err := branch.Location()
	if err != nil {
		return plan, err
	}
	service, maxDays, err := serviceIn(ctx, tx, branch.ID, s.template.ServiceID)
	if err != nil {
		return plan, err
	}
	w, err := windowFor(ctx, tx, service, branch.ID, s.template.By, false, maxDays)
	if err != nil {
		return plan, err
	}
	policy, err := configOf(ctx, tx, PolicyRecurring, branch.ID, service.ID, "")
	if err != nil {
		return plan, err
	}
	dates, err := Occurrences(s.rule, or(policy.MaxOccurrences, defaultOccurrences))
	if err != nil {
		return plan, err
	}
	horizon := dateOf(now, zone).AddDate(0, 0, w.maxDays).Format(time.DateOnly)
	for _, date := range dates {
		start, err := startOn(date, s.rule.Time, zone)
		switch {
		case err != nil:
			return plan, err
		case date < from || start.Before(now):
			continue
		case date > horizon:
			day, _ := time.ParseInLocation(time.DateOnly, date, zone)
			plan.NextAt = day.AddDate(0, 0, -w.maxDays).UTC()
			return plan, nil
		case slices.Contains(s.rule.Exceptions, date):
			plan.Skipped = append(plan.Skipped, excepted(date))
			continue
		}
		occurrence := s.template
		occurrence.StartsAt, occurrence.SeriesID, occurrence.Key = start, s.id, "series/"+s.id+"/"+date
		plan.Book = append(plan.Book, occurrence)
		s.until = max(s.until, date)
	}
	return plan, nil
}

// excepted is an occurrence that nobody wants.
func excepted(date string) appointment.Skipped {
	return appointment.Skipped{Date: date, Code: "exception", Alternatives: []appointment.Slot{}}
}

// RecordSeries returns what to announce of a series: what was booked of its plan,
// and what was left out.
func (s *Service) RecordSeries(seriesID string, created []string, skipped []appointment.Skipped) []events.Event {
	e := appointment.SeriesPlanned{SeriesID: seriesID, Created: append([]string{}, created...), Skipped: append([]appointment.Skipped{}, skipped...)}
	for i := range e.Skipped {
		e.Skipped[i].Alternatives = append([]appointment.Slot{}, e.Skipped[i].Alternatives[:min(2, len(e.Skipped[i].Alternatives))]...)
	}
	return []events.Event{e}
}

// ChangeSeries takes one occurrence out of a series, or ends it the day before one,
// or all of it that is still to come; with a rule, another series follows, whose id
// derives from the change. What is over stays.
func (s *Service) ChangeSeries(ctx context.Context, tenantID string, now time.Time, c appointment.SeriesChange) (appointment.SeriesPlan, error) {
	var plan appointment.SeriesPlan
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		found, err := findSeries(ctx, tx, c.SeriesID)
		if errors.Is(err, store.ErrNotFound) {
			return events.Refuse("not_found", "TEN-5", "there is no series %s", c.SeriesID)
		}
		if err != nil {
			return err
		}
		plan, err = changeSeries(ctx, tx, tenantID, now, &found, c)
		return err
	})
	return plan, err
}

func changeSeries(ctx context.Context, tx store.Scope, tenantID string, now time.Time, s *series, c appointment.SeriesChange) (appointment.SeriesPlan, error) {
	branch, err := tenancy.FindBranch(ctx, tx, s.template.BranchID)
	if err != nil {
		return appointment.SeriesPlan{}, err
	}
	zone, err := branch.Location()
	if err != nil {
		return appointment.SeriesPlan{}, err
	}
	from := max(c.Date, now.In(zone).Format(time.DateOnly))
	until := from
	switch c.Scope {
	case "single":
		if err := s.except(c.Date, now.In(zone).Format(time.DateOnly)); err != nil {
			return appointment.SeriesPlan{}, err
		}
	case "future", "all":
		if c.Scope == "all" {
			from = now.In(zone).Format(time.DateOnly)
		}
		until = "9999-12-31"
		if err := s.endBefore(from, now.In(zone).Format(time.DateOnly)); err != nil {
			return appointment.SeriesPlan{}, err
		}
	default:
		return appointment.SeriesPlan{}, events.Refuse("invalid_rule", "APT-70", "scope %q must be single, future or all", c.Scope)
	}
	if err := s.save(ctx, tx); err != nil {
		return appointment.SeriesPlan{}, err
	}
	plan := appointment.SeriesPlan{SeriesID: s.id, Book: []appointment.BookRequest{}, Skipped: []appointment.Skipped{}}
	switch {
	case c.Scope == "single":
		plan.Skipped = append(plan.Skipped, excepted(c.Date))
	case c.Rule != nil:
		next := series{id: derived(tenantID, "series", c.ChangeID), rule: *c.Rule, template: s.template, status: "active"}
		if plan, err = planSeries(ctx, tx, now, &next, from); err != nil {
			return plan, err
		}
		if err := next.save(ctx, tx); err != nil {
			return plan, err
		}
	}
	plan.Cancel, err = occurrencesOf(ctx, tx, s.id, now, zone, from, until)
	return plan, err
}

// except takes one occurrence out, which is still to come.
func (s *series) except(date, today string) error {
	if date < today {
		return events.Refuse("invalid_rule", "APT-70", "occurrence %q is over, or none: past ones never change", date)
	}
	dates, err := Occurrences(s.rule, capOccurrences)
	if err != nil {
		return err
	}
	if !slices.Contains(dates, date) {
		return events.Refuse("invalid_rule", "APT-70", "the series has no occurrence on %q: choose one of its dates", date)
	}
	if !slices.Contains(s.rule.Exceptions, date) {
		s.rule.Exceptions = append(s.rule.Exceptions, date)
	}
	return nil
}

// endBefore has the last occurrence before a date be the last of all; what is still
// to be booked before it stays to be booked.
func (s *series) endBefore(date, today string) error {
	dates, err := Occurrences(s.rule, capOccurrences)
	if err != nil {
		return err
	}
	last := ""
	for _, d := range dates {
		if d < date && !slices.Contains(s.rule.Exceptions, d) {
			last = d
		}
	}
	if last < today {
		s.status = "ended"
		return nil
	}
	s.rule.EndDate, s.rule.Count = last, 0
	return nil
}

// occurrencesOf returns the future appointments of a series between two dates.
func occurrencesOf(ctx context.Context, tx store.Scope, seriesID string, now time.Time, zone *time.Location, from, until string) ([]string, error) {
	bookings, err := store.All(ctx, tx, scanBooking, `SELECT `+appointmentColumns+` FROM appointment
		WHERE tenant_id = $1 AND series_id = $2 AND status IN ('pending', 'confirmed') AND starts_at > $3 ORDER BY starts_at`, seriesID, now)
	var ids []string
	for _, b := range bookings {
		if date := b.StartsAt.In(zone).Format(time.DateOnly); from <= date && date <= until {
			ids = append(ids, b.AppointmentID)
		}
	}
	return ids, err
}

const selectSeries = `SELECT series_id, rule, template, status, until_materialised FROM series WHERE tenant_id = $1`

func findSeries(ctx context.Context, s store.Scope, id string) (series, error) {
	return store.One(ctx, s, scanSeries, selectSeries+` AND series_id = $2`, id)
}

func scanSeries(row store.Row) (found series, err error) {
	var rule, template string
	if err := row.Scan(&found.id, &rule, &template, &found.status, &found.until); err != nil {
		return found, err
	}
	return found, errors.Join(json.Unmarshal([]byte(rule), &found.rule), json.Unmarshal([]byte(template), &found.template))
}

func (s series) save(ctx context.Context, tx store.Scope) error {
	rule, err := json.Marshal(s.rule)
	if err != nil {
		return err
	}
	template, err := json.Marshal(s.template)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO series (tenant_id, series_id, rule, template, status, until_materialised) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, series_id) DO UPDATE SET rule = excluded.rule, status = excluded.status, until_materialised = excluded.until_materialised`,
		s.id, json.RawMessage(rule), json.RawMessage(template), s.status, s.until)
	return err
}
