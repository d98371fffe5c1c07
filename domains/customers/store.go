package customers

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// refuse shortens the name that is used most in this package.
var refuse = events.Refuse

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// family are the ids of a customer and of those that were merged into him. Their
// rows stay where they are and are read through the one that remains, so that a
// merge moves nothing and can be undone. $2 is the customer.
const family = `(SELECT customer_id FROM customer WHERE tenant_id = $1 AND (customer_id = $2 OR merged_into_id = $2))`

// find returns the customer with the given id, or the one that it was merged into.
// An erased one, an unknown one and another tenant's are not_found.
func find(ctx context.Context, scope store.Scope, id string) (Customer, error) {
	c, err := findAny(ctx, scope, id)
	if err == nil && !c.live() {
		return c, notFound(id)
	}
	return c, err
}

func findAny(ctx context.Context, scope store.Scope, id string) (Customer, error) {
	c, err := store.One(ctx, scope, scanCustomer, `SELECT `+customerColumns+` FROM customer WHERE tenant_id = $1 AND customer_id =
		(SELECT CASE WHEN merged_into_id <> '' THEN merged_into_id ELSE customer_id END FROM customer WHERE tenant_id = $1 AND customer_id = $2)`, id)
	if errors.Is(err, store.ErrNotFound) {
		return c, notFound(id)
	}
	return c, err
}

func notFound(id string) error { return refuse("not_found", "TEN-5", "there is no customer %s", id) }

// lock is find for somebody who is going to change the customer: others wait
// until the transaction ends.
func lock(ctx context.Context, tx store.Scope, id string) (Customer, error) {
	c, err := find(ctx, tx, id)
	if err != nil {
		return c, err
	}
	locked, err := store.One(ctx, tx, scanCustomer, `UPDATE customer SET version = version WHERE tenant_id = $1 AND customer_id = $2 RETURNING `+customerColumns, c.ID)
	if err == nil && !locked.live() { // it was merged or erased while we waited
		return lock(ctx, tx, id)
	}
	return locked, err
}

// insert adds a customer, made by the request or event with the given key.
func insert(ctx context.Context, tx store.Scope, c *Customer, key string, now time.Time) error {
	c.ID, c.Version, c.CreatedAt = cmp.Or(c.ID, newID()), 1, now
	if c.Salutation == "" {
		c.Salutation = NoSalutation
	}
	if c.Tags == nil {
		c.Tags = []string{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO customer (tenant_id, customer_id, creation_key, display_name, first_name, last_name, title, salutation,
			status, source, language, zone, birthday, vip, tags, company_name, preferred_branch_id, preferred_staff_id, preferred_channel,
			journey, booking_restriction, restricted_by, version, name_fold, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`,
		c.ID, key, c.DisplayName, c.First, c.Last, c.Title, c.Salutation,
		string(c.Status), c.Source, c.Language, c.Zone, c.Birthday, c.VIP, toJSON(c.Tags), c.Company, c.PreferredBranchID, c.PreferredStaffID, c.PreferredChannel,
		c.Journey, string(c.Restriction), c.RestrictedBy, c.Version, c.fold(), c.CreatedAt)
	if err != nil {
		return err
	}
	return index(ctx, tx, *c)
}

// save writes a customer that was locked, as its next version.
func save(ctx context.Context, tx store.Scope, c *Customer) error {
	c.Version++
	_, err := tx.Exec(ctx, `UPDATE customer SET display_name = $3, first_name = $4, last_name = $5, title = $6, salutation = $7, status = $8,
			language = $9, zone = $10, birthday = $11, vip = $12, tags = $13, company_name = $14, preferred_branch_id = $15, preferred_staff_id = $16,
			preferred_channel = $17, journey = $18, booking_restriction = $19, restricted_by = $20, merged_into_id = $21, erased_at = $22,
			version = $23, name_fold = $24
		WHERE tenant_id = $1 AND customer_id = $2`,
		c.ID, c.DisplayName, c.First, c.Last, c.Title, c.Salutation, string(c.Status),
		c.Language, c.Zone, c.Birthday, c.VIP, toJSON(c.Tags), c.Company, c.PreferredBranchID, c.PreferredStaffID,
		c.PreferredChannel, c.Journey, string(c.Restriction), c.RestrictedBy, c.MergedInto, c.ErasedAt, c.Version, c.fold())
	if err != nil {
		return err
	}
	return index(ctx, tx, *c)
}

// index writes the codes by which a customer's name is found.
func index(ctx context.Context, tx store.Scope, c Customer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM customer_name_code WHERE tenant_id = $1 AND customer_id = $2`, c.ID); err != nil {
		return err
	}
	for _, code := range c.codes() {
		_, err := tx.Exec(ctx, `INSERT INTO customer_name_code (tenant_id, code, customer_id) VALUES ($1, $2, $3)`, code, c.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// updated is the event of a change to a customer that was saved.
func updated(ctx context.Context, tx store.Scope, c Customer, changed ...string) (events.Event, error) {
	contacts, err := contactsOf(ctx, tx, c.ID)
	return customer.Updated{Profile: c.profile(contacts), Changed: changed}, err
}

// Get returns a customer, or the one that he was merged into.
func (s *Service) Get(ctx context.Context, tenantID, customerID string) (Customer, error) {
	return find(ctx, s.db.Tenant(tenantID), customerID)
}

// Profile returns what other domains may keep of a customer.
func (s *Service) Profile(ctx context.Context, tenantID, customerID string) (customer.Profile, error) {
	c, err := find(ctx, s.db.Tenant(tenantID), customerID)
	if err != nil {
		return customer.Profile{}, err
	}
	contacts, err := contactsOf(ctx, s.db.Tenant(tenantID), c.ID)
	return c.profile(contacts), err
}
