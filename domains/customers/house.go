package customers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
)

// Config is what the domain takes from the environment.
type Config struct {
	// Production refuses what is meant for demonstrations and tests.
	Production bool `env:"HERALD_PRODUCTION"`
}

// Validate finds nothing wrong: whatever can be parsed will do.
func (Config) Validate() error { return nil }

// house is what the rules need to know of a tenant.
type house struct {
	practice bool
	language string
	mail     MailRules
	// numbers are the tenant's own: who calls from one is not known by it.
	numbers []string
	Settings
}

// Settings are a tenant's own figures.
type Settings struct {
	// NoShowLimit is how many missed visits within a year make bookings wait for a
	// confirmation; 0 is never.
	NoShowLimit int `json:"no_show_limit"`
	// IdleMonths is after how long somebody who isn't heard of is proposed for
	// erasure.
	IdleMonths int `json:"idle_months"`
}

var defaults = Settings{NoShowLimit: 3, IdleMonths: 36}

// systemMail is the domain of addresses that no tenant has, towards calendars.
const systemMail = "herald.invalid"

// house reads the tenant. One that is not registered has the defaults.
func (s *Service) house(ctx context.Context, scope store.Scope) (house, error) {
	h := house{language: "de", mail: MailRules{Placeholders: []string{systemMail}, Production: s.config.Production}, Settings: defaults}
	tenant, err := tenancy.FindTenant(ctx, scope)
	switch _, unknown := errors.AsType[*events.Refusal](err); {
	case unknown:
	case err != nil:
		return h, err
	default:
		h.practice = tenant.Kind == tenancy.Practice
		if language, _, _ := strings.Cut(tenant.Locale, "-"); language == "en" {
			h.language = language
		}
		h.mail.Placeholders = append(h.mail.Placeholders, tenant.MailDomain)
	}
	branches, err := tenancy.Branches(ctx, scope)
	if err != nil {
		return h, err
	}
	h.numbers, err = store.All(ctx, scope, text, `SELECT value FROM own_number WHERE tenant_id = $1`)
	for _, branch := range branches {
		h.numbers = append(h.numbers, branch.Phone)
	}
	if err != nil {
		return h, err
	}
	own, err := store.One(ctx, scope, func(row store.Row) (own Settings, err error) {
		return own, row.Scan(&own.NoShowLimit, &own.IdleMonths)
	}, `SELECT no_show_limit, idle_months FROM customer_setting WHERE tenant_id = $1`)
	if errors.Is(err, store.ErrNotFound) {
		return h, nil
	}
	h.Settings = own
	return h, err
}

// network reads the number that the network shows. One that can't be a person's,
// and one of the tenant's own, is as good as withheld.
func (h house) network(raw, region string) Number {
	n, err := NormalizePhone(raw, region)
	if err != nil || slices.Contains(h.numbers, n.Value) {
		return Number{Withheld: true}
	}
	return n
}

func text(row store.Row) (s string, err error) { return s, row.Scan(&s) }

// PutSettings replaces a tenant's figures.
func (s *Service) PutSettings(ctx context.Context, tenantID string, own Settings) error {
	if own.NoShowLimit < 0 || own.NoShowLimit > 10 {
		return refuse("setting_invalid", "CUS-54", "%d missed visits is no limit: take 0, for none, to 10", own.NoShowLimit)
	}
	if own.IdleMonths < 12 || own.IdleMonths > 120 {
		return refuse("setting_invalid", "CUS-52", "%d months is no time to keep idle customers: take 12 to 120", own.IdleMonths)
	}
	_, err := s.db.Tenant(tenantID).Exec(ctx, `INSERT INTO customer_setting (tenant_id, no_show_limit, idle_months) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id) DO UPDATE SET no_show_limit = excluded.no_show_limit, idle_months = excluded.idle_months`, own.NoShowLimit, own.IdleMonths)
	return err
}

// PutOwnNumber adds a number, in E.164, of an agent's or a staff member's line.
// Those of the branches are known.
func (s *Service) PutOwnNumber(ctx context.Context, tenantID, value string) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `INSERT INTO own_number (tenant_id, value) VALUES ($1, $2) ON CONFLICT (tenant_id, value) DO NOTHING`, value)
	return err
}
