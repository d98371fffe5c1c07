// Package tenancy knows the tenants and their branches, which every domain needs.
// A domain keeps its own settings of a branch beside its id.
package tenancy

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the package's tables.
var Migrations = store.Migrations{Domain: "tenancy", Files: migrations}

// The kinds of tenants and their states.
const (
	Salon    = "salon"
	Practice = "practice"
	Service  = "service"

	Active    = "active"
	Suspended = "suspended"
	Closed    = "closed"
)

// A Tenant is a business that uses the assistant.
type Tenant struct {
	ID, Slug, Name, Kind, Status string
	// Locale is a BCP 47 tag such as de-DE, and Currency an ISO 4217 code.
	Locale, Currency string
	MailDomain       string
	// AuditYears is how many years, up to 10, the audit trail is kept after the end of
	// each; 0 is the usual term.
	AuditYears int
}

// A Branch is a place of a tenant.
type Branch struct {
	ID, Slug, Name, Address string
	// Phone is in E.164.
	Phone, Email string
	// Zone is an IANA time zone, and Region an ISO 3166-2 code such as DE-BE.
	Zone, Region string
}

// Location returns the branch's time zone.
func (b Branch) Location() (*time.Location, error) {
	location, err := time.LoadLocation(b.Zone)
	if err != nil || b.Zone == "" {
		return nil, fmt.Errorf("branch %s: zone %q is no IANA time zone such as Europe/Berlin", b.ID, b.Zone)
	}
	return location, nil
}

// PutTenant adds the scope's tenant, or replaces what is known of it.
func PutTenant(ctx context.Context, s store.Scope, t Tenant) error {
	_, err := s.Exec(ctx, `INSERT INTO tenant (tenant_id, slug, name, kind, status, locale, currency, mail_domain, audit_years)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant_id) DO UPDATE SET slug = excluded.slug, name = excluded.name, kind = excluded.kind,
			status = excluded.status, locale = excluded.locale, currency = excluded.currency, mail_domain = excluded.mail_domain,
			audit_years = excluded.audit_years`,
		t.Slug, t.Name, t.Kind, t.Status, t.Locale, t.Currency, t.MailDomain, t.AuditYears)
	return err
}

// PutBranch adds a branch, or replaces what is known of it.
func PutBranch(ctx context.Context, s store.Scope, b Branch) error {
	if _, err := b.Location(); err != nil {
		return err
	}
	_, err := s.Exec(ctx, `INSERT INTO branch (tenant_id, branch_id, slug, name, address, phone, email, zone, region)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant_id, branch_id) DO UPDATE SET slug = excluded.slug, name = excluded.name, address = excluded.address,
			phone = excluded.phone, email = excluded.email, zone = excluded.zone, region = excluded.region`,
		b.ID, b.Slug, b.Name, b.Address, b.Phone, b.Email, b.Zone, b.Region)
	return err
}

// FindTenant returns the scope's tenant, or a not_found refusal.
func FindTenant(ctx context.Context, s store.Scope) (Tenant, error) {
	t, err := store.One(ctx, s, scanTenant, `SELECT tenant_id, slug, name, kind, status, locale, currency, mail_domain, audit_years FROM tenant WHERE tenant_id = $1`)
	if errors.Is(err, store.ErrNotFound) {
		return t, events.Refuse("not_found", "TEN-5", "there is no such tenant")
	}
	return t, err
}

// FindBranch returns a branch, or a not_found refusal, which is the same for an
// unknown one and for another tenant's.
func FindBranch(ctx context.Context, s store.Scope, id string) (Branch, error) {
	if !events.IsUUID(id) {
		return Branch{}, events.Refuse("not_found", "TEN-5", "branch %q: an id is a UUID", id)
	}
	b, err := store.One(ctx, s, scanBranch, selectBranch+` AND branch_id = $2`, id)
	if errors.Is(err, store.ErrNotFound) {
		return b, events.Refuse("not_found", "TEN-5", "there is no branch %s", id)
	}
	return b, err
}

// Branches returns the scope's branches by slug.
func Branches(ctx context.Context, s store.Scope) ([]Branch, error) {
	return store.All(ctx, s, scanBranch, selectBranch+` ORDER BY slug`)
}

const selectBranch = `SELECT branch_id, slug, name, address, phone, email, zone, region FROM branch WHERE tenant_id = $1`

func scanTenant(row store.Row) (t Tenant, err error) {
	return t, row.Scan(&t.ID, &t.Slug, &t.Name, &t.Kind, &t.Status, &t.Locale, &t.Currency, &t.MailDomain, &t.AuditYears)
}

func scanBranch(row store.Row) (b Branch, err error) {
	return b, row.Scan(&b.ID, &b.Slug, &b.Name, &b.Address, &b.Phone, &b.Email, &b.Zone, &b.Region)
}
