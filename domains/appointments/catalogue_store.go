package appointments

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
)

// PutService adds a service to the catalogue, or replaces it.
func (s *Service) PutService(ctx context.Context, tenantID string, c CatalogService) error {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return err
	}
	phases, err := json.Marshal(c.Phases)
	if err != nil {
		return err
	}
	_, err = s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO service (tenant_id, service_id, name, active, duration_min, buffer_before_min, buffer_after_min, grid_min, phases, pause,
			nestable, may_split, capacity, requires_confirmation, min_notice_min, reminders, price_cents, currency, calendar_mode)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (tenant_id, service_id) DO UPDATE SET name = excluded.name, active = excluded.active, duration_min = excluded.duration_min,
			buffer_before_min = excluded.buffer_before_min, buffer_after_min = excluded.buffer_after_min, grid_min = excluded.grid_min,
			phases = excluded.phases, pause = excluded.pause, nestable = excluded.nestable, may_split = excluded.may_split,
			capacity = excluded.capacity, requires_confirmation = excluded.requires_confirmation, min_notice_min = excluded.min_notice_min,
			reminders = excluded.reminders, price_cents = excluded.price_cents, currency = excluded.currency, calendar_mode = excluded.calendar_mode`,
		c.ID, c.Name, c.Active, c.DurationMin, c.BufferBeforeMin, c.BufferAfterMin, c.GridMin, json.RawMessage(phases), c.Pause,
		c.Nestable, c.MaySplit, c.Capacity, c.RequiresConfirmation, c.MinNoticeMin, c.Reminders, c.PriceCents, c.Currency, c.CalendarMode)
	return err
}

// PutOverride says how a branch differs from the catalogue.
func (s *Service) PutOverride(ctx context.Context, tenantID string, o Override) error {
	scope := s.db.Tenant(tenantID)
	c, err := findService(ctx, scope, o.ServiceID)
	if err != nil {
		return err
	}
	if _, err := tenancy.FindBranch(ctx, scope, o.BranchID); err != nil {
		return err
	}
	if err := c.in(&o).validate(); err != nil {
		return err
	}
	var phases any
	if o.Phases != nil {
		text, err := json.Marshal(o.Phases)
		if err != nil {
			return err
		}
		phases = json.RawMessage(text)
	}
	_, err = scope.Exec(ctx, `
		INSERT INTO service_override (tenant_id, branch_id, service_id, active, duration_min, price_cents, min_notice_min, max_advance_days, buffer_after_min, phases)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (tenant_id, branch_id, service_id) DO UPDATE SET active = excluded.active, duration_min = excluded.duration_min,
			price_cents = excluded.price_cents, min_notice_min = excluded.min_notice_min, max_advance_days = excluded.max_advance_days,
			buffer_after_min = excluded.buffer_after_min, phases = excluded.phases`,
		o.BranchID, o.ServiceID, o.Active, o.DurationMin, o.PriceCents, o.MinNoticeMin, o.MaxAdvanceDays, o.BufferAfterMin, phases)
	return err
}

// PutStaff adds a staff member to a branch, or replaces what is known of one.
func (s *Service) PutStaff(ctx context.Context, tenantID string, m StaffMember) error {
	scope := s.db.Tenant(tenantID)
	switch {
	case !events.IsUUID(m.ID):
		return events.Refuse("invalid_staff", "", "staff id %q: it must be a UUID", m.ID)
	case m.Name == "":
		return events.Refuse("invalid_staff", "", "staff member %s: a name is needed", m.ID)
	}
	if _, err := tenancy.FindBranch(ctx, scope, m.BranchID); err != nil {
		return err
	}
	_, err := scope.Exec(ctx, `
		INSERT INTO staff (tenant_id, staff_id, branch_id, name, active, bookable, user_id) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, staff_id) DO UPDATE SET branch_id = excluded.branch_id, name = excluded.name, active = excluded.active,
			bookable = excluded.bookable, user_id = excluded.user_id`,
		m.ID, m.BranchID, m.Name, m.Active, m.Bookable, m.UserID)
	return err
}

// PutServiceStaff says that a staff member does a service, or that he no longer does.
func (s *Service) PutServiceStaff(ctx context.Context, tenantID string, a ServiceStaff) error {
	scope := s.db.Tenant(tenantID)
	if a.Skill == "" {
		a.Skill = "regular"
	}
	switch {
	case a.Priority < 0 || a.Priority > 999:
		return events.Refuse("invalid_assignment", "APT-14", "priority %d must be from 0 to 999", a.Priority)
	case a.UntilDate != "" && a.UntilDate < a.FromDate:
		return events.Refuse("invalid_assignment", "APT-11", "until %s must not be before from %s", a.UntilDate, a.FromDate)
	}
	if _, err := findService(ctx, scope, a.ServiceID); err != nil {
		return err
	}
	if _, err := findStaff(ctx, scope, a.StaffID); err != nil {
		return err
	}
	keys, err := json.Marshal(a.SegmentKeys)
	if err != nil {
		return err
	}
	_, err = scope.Exec(ctx, `
		INSERT INTO service_staff (tenant_id, service_id, staff_id, can_book, priority, weight, skill, segment_keys, price_cents, duration_min, from_date, until_date)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (tenant_id, service_id, staff_id) DO UPDATE SET can_book = excluded.can_book, priority = excluded.priority, weight = excluded.weight,
			skill = excluded.skill, segment_keys = excluded.segment_keys, price_cents = excluded.price_cents, duration_min = excluded.duration_min,
			from_date = excluded.from_date, until_date = excluded.until_date`,
		a.ServiceID, a.StaffID, a.CanBook, a.Priority, a.Weight, a.Skill, json.RawMessage(keys), a.PriceCents, a.DurationMin, a.FromDate, a.UntilDate)
	return err
}

// PutAssignment says how the tenant's bookings find their staff.
func (s *Service) PutAssignment(ctx context.Context, tenantID string, a Assignment) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO assignment_config (tenant_id, model, fallback_model, ranking) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id) DO UPDATE SET model = excluded.model, fallback_model = excluded.fallback_model, ranking = excluded.ranking`,
		a.Model, a.Fallback, a.Ranking)
	return err
}

// PutBranchBooking replaces a branch's settings.
func (s *Service) PutBranchBooking(ctx context.Context, tenantID string, b BranchBooking) error {
	scope := s.db.Tenant(tenantID)
	if _, err := tenancy.FindBranch(ctx, scope, b.BranchID); err != nil {
		return err
	}
	_, err := scope.Exec(ctx, `
		INSERT INTO branch_booking (tenant_id, branch_id, active, trusted_auto_confirm, auto_reassign, auto_complete, wish_mail)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, branch_id) DO UPDATE SET active = excluded.active, trusted_auto_confirm = excluded.trusted_auto_confirm,
			auto_reassign = excluded.auto_reassign, auto_complete = excluded.auto_complete, wish_mail = excluded.wish_mail`,
		b.BranchID, b.Active, b.TrustedAutoConfirm, b.AutoReassign, b.AutoComplete, b.WishMail)
	return err
}

// mismatch is the answer to an id that is unknown, or another tenant's.
func mismatch(what, id string) error {
	return events.Refuse("tenant_mismatch", "APT-1", "there is no %s %s here: take one of this tenant's", what, id)
}

func findService(ctx context.Context, s store.Scope, id string) (CatalogService, error) {
	c, err := store.One(ctx, s, func(row store.Row) (c CatalogService, err error) {
		var phases string
		err = row.Scan(&c.ID, &c.Name, &c.Active, &c.DurationMin, &c.BufferBeforeMin, &c.BufferAfterMin, &c.GridMin, &phases, &c.Pause,
			&c.Nestable, &c.MaySplit, &c.Capacity, &c.RequiresConfirmation, &c.MinNoticeMin, &c.Reminders, &c.PriceCents, &c.Currency, &c.CalendarMode)
		if err == nil {
			err = json.Unmarshal([]byte(phases), &c.Phases)
		}
		return c, err
	}, `SELECT service_id, name, active, duration_min, buffer_before_min, buffer_after_min, grid_min, phases, pause,
		nestable, may_split, capacity, requires_confirmation, min_notice_min, reminders, price_cents, currency, calendar_mode
		FROM service WHERE tenant_id = $1 AND service_id = $2`, id)
	if errors.Is(err, store.ErrNotFound) {
		return c, mismatch("service", id)
	}
	return c, err
}

// serviceIn returns a service as the branch has it, and the branch's limit of days
// ahead, if it has one.
func serviceIn(ctx context.Context, s store.Scope, branchID, serviceID string) (CatalogService, *int, error) {
	c, err := findService(ctx, s, serviceID)
	if err != nil {
		return c, nil, err
	}
	o, err := store.One(ctx, s, func(row store.Row) (o Override, err error) {
		var phases sql.NullString
		err = row.Scan(&o.Active, &o.DurationMin, &o.PriceCents, &o.MinNoticeMin, &o.MaxAdvanceDays, &o.BufferAfterMin, &phases)
		if err == nil && phases.Valid {
			err = json.Unmarshal([]byte(phases.String), &o.Phases)
		}
		return o, err
	}, `SELECT active, duration_min, price_cents, min_notice_min, max_advance_days, buffer_after_min, phases
		FROM service_override WHERE tenant_id = $1 AND branch_id = $2 AND service_id = $3`, branchID, serviceID)
	if errors.Is(err, store.ErrNotFound) {
		return c, nil, nil
	}
	return c.in(&o), o.MaxAdvanceDays, err
}

func findStaff(ctx context.Context, s store.Scope, id string) (StaffMember, error) {
	m, err := store.One(ctx, s, scanStaff, `SELECT staff_id, branch_id, name, active, bookable, user_id FROM staff WHERE tenant_id = $1 AND staff_id = $2`, id)
	if errors.Is(err, store.ErrNotFound) {
		return m, mismatch("staff member", id)
	}
	return m, err
}

func scanStaff(row store.Row) (m StaffMember, err error) {
	return m, row.Scan(&m.ID, &m.BranchID, &m.Name, &m.Active, &m.Bookable, &m.UserID)
}

// bookingOf returns a branch's settings; those of one without are the defaults.
func bookingOf(ctx context.Context, s store.Scope, branchID string) (BranchBooking, error) {
	b, err := store.One(ctx, s, func(row store.Row) (BranchBooking, error) {
		b := BranchBooking{BranchID: branchID}
		return b, row.Scan(&b.Active, &b.TrustedAutoConfirm, &b.AutoReassign, &b.AutoComplete, &b.WishMail)
	}, `SELECT active, trusted_auto_confirm, auto_reassign, auto_complete, wish_mail FROM branch_booking WHERE tenant_id = $1 AND branch_id = $2`, branchID)
	if errors.Is(err, store.ErrNotFound) {
		return BranchBooking{BranchID: branchID, Active: true, AutoComplete: true}, nil
	}
	return b, err
}

func assignmentOf(ctx context.Context, s store.Scope) (Assignment, error) {
	a, err := store.One(ctx, s, func(row store.Row) (a Assignment, err error) {
		return a, row.Scan(&a.Model, &a.Fallback, &a.Ranking)
	}, `SELECT model, fallback_model, ranking FROM assignment_config WHERE tenant_id = $1`)
	if errors.Is(err, store.ErrNotFound) {
		return Assignment{Model: ServiceStaffOnly, Ranking: RankPriority}, nil
	}
	return a, err
}

// offered returns the names of the services that a branch offers.
func offered(ctx context.Context, s store.Scope, branchID string) ([]string, error) {
	return store.All(ctx, s, scanText, `
		SELECT s.name FROM service s
		LEFT JOIN service_override o ON o.tenant_id = s.tenant_id AND o.service_id = s.service_id AND o.branch_id = $2
		WHERE s.tenant_id = $1 AND s.active AND COALESCE(o.active, s.active) ORDER BY s.name`, branchID)
}

func scanText(row store.Row) (text string, err error) { return text, row.Scan(&text) }
