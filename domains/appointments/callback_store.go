package appointments

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

const callbackColumns = `callback_id, branch_id, phone, name, priority, status, customer_id, service_id, preferred_staff_id, call_id, topic, notes, time_window,
	assigned_to, assigned_rule, attempts, level, last_raised_at, expires_at, created_at`

const selectCallback = `SELECT ` + callbackColumns + ` FROM callback WHERE tenant_id = $1`

func callbackInto(c *appointment.Callback) []any {
	return []any{
		&c.CallbackID, &c.BranchID, &c.Phone, &c.Name, &c.Priority, &c.Status, &c.CustomerID, &c.ServiceID, &c.PreferredStaffID, &c.CallID, &c.Topic, &c.Notes, &c.Window,
		&c.AssignedTo, &c.AssignedRule, &c.Attempts, &c.Level, store.At(&c.LastRaisedAt), store.At(&c.ExpiresAt), store.At(&c.CreatedAt),
	}
}

func scanCallback(row store.Row) (c appointment.Callback, err error) {
	return c, row.Scan(callbackInto(&c)...)
}

// findCallback returns a callback and the one that has taken it in, if any.
func findCallback(ctx context.Context, s store.Scope, id string) (appointment.Callback, string, error) {
	mergedInto := ""
	c, err := store.One(ctx, s, func(row store.Row) (c appointment.Callback, err error) {
		return c, row.Scan(append(callbackInto(&c), &mergedInto)...)
	}, `SELECT `+callbackColumns+`, merged_into FROM callback WHERE tenant_id = $1 AND callback_id = $2`, id)
	return c, mergedInto, err
}

func insertCallback(ctx context.Context, tx store.Scope, c appointment.Callback, mergedInto string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO callback (tenant_id, `+callbackColumns+`, merged_into)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		c.CallbackID, c.BranchID, c.Phone, c.Name, string(c.Priority), c.Status, c.CustomerID, c.ServiceID, c.PreferredStaffID, c.CallID, c.Topic, c.Notes, c.Window,
		c.AssignedTo, c.AssignedRule, c.Attempts, c.Level, c.LastRaisedAt, c.ExpiresAt, c.CreatedAt, mergedInto)
	return err
}

func saveCallback(ctx context.Context, tx store.Scope, c appointment.Callback) error {
	_, err := tx.Exec(ctx, `
		UPDATE callback SET priority = $3, status = $4, notes = $5, assigned_to = $6, attempts = $7, level = $8, last_raised_at = $9, expires_at = $10, assigned_rule = $11
		WHERE tenant_id = $1 AND callback_id = $2`,
		c.CallbackID, string(c.Priority), c.Status, c.Notes, c.AssignedTo, c.Attempts, c.Level, c.LastRaisedAt, c.ExpiresAt, c.AssignedRule)
	return err
}

func noCallback(id string) error {
	return events.Refuse("not_found", "TEN-5", "there is no callback %s", id)
}

// onCallback changes a callback that nobody else changes meanwhile.
func (s *Service) onCallback(ctx context.Context, tenantID, id string, do func(tx store.Scope, c *appointment.Callback) error) (c appointment.Callback, err error) {
	err = s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		c, err = store.One(ctx, tx, scanCallback, `UPDATE callback SET level = level WHERE tenant_id = $1 AND callback_id = $2 RETURNING `+callbackColumns, id)
		if errors.Is(err, store.ErrNotFound) {
			return noCallback(id)
		}
		if err != nil {
			return err
		}
		if err := do(tx, &c); err != nil {
			return err
		}
		return saveCallback(ctx, tx, c)
	})
	return c, err
}

// choose returns who is to call back, and by which rule; nobody if there is nobody.
func choose(ctx context.Context, s store.Scope, c appointment.Callback, onDuty []string) (staffID, rule string, err error) {
	members, err := store.All(ctx, s, scanText, `SELECT staff_id FROM staff WHERE tenant_id = $1 AND branch_id = $2 AND active ORDER BY staff_id`, c.BranchID)
	if err != nil {
		return "", "", err
	}
	if at := slices.DeleteFunc(slices.Clone(members), func(id string) bool { return !slices.Contains(onDuty, id) }); len(at) > 0 {
		members = at
	}
	if slices.Contains(members, c.PreferredStaffID) {
		return c.PreferredStaffID, "preferred", nil
	}
	if c.CustomerID != "" {
		familiar, err := store.All(ctx, s, scanText, `
			SELECT p.staff_id FROM appointment a
			JOIN appointment_phase p ON p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id
			WHERE a.tenant_id = $1 AND a.customer_id = $2 AND a.status = 'completed' AND p.kind = 'busy'
			GROUP BY p.staff_id ORDER BY COUNT(DISTINCT a.appointment_id) DESC, p.staff_id`, c.CustomerID)
		if err != nil {
			return "", "", err
		}
		for _, id := range familiar {
			if slices.Contains(members, id) {
				return id, "familiar", nil
			}
		}
	}
	load := map[string]int{}
	assigned, err := store.All(ctx, s, scanText, `SELECT assigned_to FROM callback WHERE tenant_id = $1 AND status IN ('pending', 'assigned', 'contacted') AND callback_id <> $2`, c.CallbackID)
	if err != nil {
		return "", "", err
	}
	for _, id := range assigned {
		load[id]++
	}
	least := func(a, b string) int { return load[a] - load[b] } // members are in order of id
	if c.ServiceID != "" {
		does, err := store.All(ctx, s, scanText, `SELECT staff_id FROM service_staff WHERE tenant_id = $1 AND service_id = $2 AND can_book`, c.ServiceID)
		if err != nil {
			return "", "", err
		}
		qualified := slices.DeleteFunc(slices.Clone(members), func(id string) bool { return !slices.Contains(does, id) })
		if len(qualified) > 0 {
			return slices.MinFunc(qualified, least), "qualified", nil
		}
	}
	if len(members) == 0 {
		return "", "", nil
	}
	return slices.MinFunc(members, least), "least_loaded", nil
}

// successor is another active staff member of the branch, else the manager.
func successor(ctx context.Context, s store.Scope, c appointment.Callback, manager string) (string, error) {
	others, err := store.All(ctx, s, scanText, `SELECT staff_id FROM staff WHERE tenant_id = $1 AND branch_id = $2 AND active AND staff_id <> $3
		AND staff_id NOT IN (SELECT from_staff FROM callback_escalation WHERE tenant_id = $1 AND callback_id = $4) ORDER BY staff_id`, c.BranchID, c.AssignedTo, c.CallbackID)
	if err != nil || len(others) == 0 {
		return manager, err
	}
	return others[0], nil
}

func insertEscalation(ctx context.Context, tx store.Scope, now time.Time, e appointment.CallbackEscalated) error {
	_, err := tx.Exec(ctx, `INSERT INTO callback_escalation (tenant_id, callback_id, level, reason, from_staff, to_staff, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.CallbackID, e.Level, e.Reason, e.FromStaff, e.ToStaff, now)
	return err
}

func escalationOf(ctx context.Context, s store.Scope, callbackID string, level int) (appointment.CallbackEscalated, error) {
	return store.One(ctx, s, func(row store.Row) (appointment.CallbackEscalated, error) {
		e := appointment.CallbackEscalated{CallbackID: callbackID, Level: level}
		return e, row.Scan(&e.Reason, &e.FromStaff, &e.ToStaff)
	}, `SELECT reason, from_staff, to_staff FROM callback_escalation WHERE tenant_id = $1 AND callback_id = $2 AND level = $3`, callbackID, level)
}

// listCallbacks returns callbacks with what a list shows beside them.
func listCallbacks(ctx context.Context, s store.Scope, q appointment.CallbackQuery) ([]appointment.ListedCallback, error) {
	closed := []string{callbackCompleted, callbackExpired, callbackCancelled}
	if q.All {
		closed = []string{"", "", ""}
	}
	found, err := store.All(ctx, s, scanCallback, selectCallback+`
		AND ($2 = '' OR CAST(branch_id AS text) = $2) AND ($3 = '' OR CAST(assigned_to AS text) = $3) AND status NOT IN ($4, $5, $6)
		ORDER BY expires_at, callback_id LIMIT $7`, q.BranchID, q.StaffID, closed[0], closed[1], closed[2], q.Limit)
	if err != nil {
		return nil, err
	}
	names, err := store.All(ctx, s, func(row store.Row) (name [2]string, err error) { return name, row.Scan(&name[0], &name[1]) },
		`SELECT staff_id, name FROM staff WHERE tenant_id = $1`)
	if err != nil {
		return nil, err
	}
	branches, err := tenancy.Branches(ctx, s)
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, name := range names {
		known[name[0]] = name[1]
	}
	for _, b := range branches {
		known[b.ID] = b.Zone
	}
	listed := make([]appointment.ListedCallback, 0, len(found))
	for _, c := range found {
		listed = append(listed, appointment.ListedCallback{Callback: c, StaffName: known[c.AssignedTo], Zone: known[c.BranchID]})
	}
	return listed, nil
}
