package customers

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// A Consent is one decision; decisions are added and never changed, and of those
// about one purpose the newest counts.
type Consent struct {
	ID         string    `json:"id"`
	CustomerID string    `json:"customer_id"`
	Purpose    string    `json:"purpose"`
	Decision   string    `json:"decision"`
	At         time.Time `json:"at"`
	// CapturedBy is the channel, or who wrote it down.
	CapturedBy  string `json:"captured_by"`
	TextVersion string `json:"text_version"`
	// Evidence is how it can be proven: a call_id, or a form and a hashed address.
	Evidence    map[string]string `json:"evidence"`
	ConfirmedAt time.Time         `json:"confirmed_at,omitzero"`
}

const (
	// confirmWithin is how long the second step of a double opt-in may take.
	confirmWithin = 7 * day
	// adult is from which age on marketing is allowed.
	adult = 16
)

// confirmed says that nothing more is needed: only marketing by e-mail asks twice.
func (c Consent) confirmed() bool {
	return c.Purpose != customer.MarketingEmail || !c.ConfirmedAt.IsZero()
}

// changed is the event of the decision.
func (c Consent) changed(customerID string) events.Event {
	return customer.ConsentChanged{Ref: customer.Ref{CustomerID: customerID}, Purpose: c.Purpose, Decision: c.Decision, At: c.At, Confirmed: c.confirmed()}
}

// PutConsentText makes a version of the text that customers agree to known.
func (s *Service) PutConsentText(ctx context.Context, tenantID, purpose, version string) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `INSERT INTO consent_text (tenant_id, purpose, version) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, purpose, version) DO NOTHING`, purpose, version)
	return err
}

// A ConsentRequest is a decision of a customer.
type ConsentRequest struct {
	Key         string            `json:"key"`
	CustomerID  string            `json:"customer_id"`
	Purpose     string            `json:"purpose"`
	CapturedBy  string            `json:"captured_by"`
	TextVersion string            `json:"text_version,omitzero"`
	Evidence    map[string]string `json:"evidence"`
}

// RecordConsent writes down that a customer agrees. It refuses with not_found,
// consent_purpose_unknown, consent_text_unknown, consent_evidence_missing and
// consent_minor. Marketing by e-mail waits for [Service.ConfirmConsent].
func (s *Service) RecordConsent(ctx context.Context, tenantID string, now time.Time, req ConsentRequest) (Consent, []events.Event, error) {
	return s.decide(ctx, tenantID, now, "record-consent", req, func(tx store.Scope, c Customer, _ Consent) (Consent, error) {
		known, err := exists(ctx, tx, `SELECT 1 FROM consent_text WHERE tenant_id = $1 AND purpose = $2 AND version = $3`, req.Purpose, req.TextVersion)
		switch {
		case err != nil:
			return Consent{}, err
		case !known:
			return Consent{}, refuse("consent_text_unknown", "CUS-47", "version %q of the text for %s is unknown: name the one that was shown", req.TextVersion, req.Purpose)
		case len(req.Evidence) == 0:
			return Consent{}, refuse("consent_evidence_missing", "CUS-47", "a consent needs its evidence: the call's id, or the form and a hashed address")
		case isMarketing(req.Purpose) && c.youngerThan(adult, now):
			return Consent{}, refuse("consent_minor", "CUS-46", "the customer is younger than %d: no marketing", adult)
		}
		return Consent{Decision: customer.Granted, TextVersion: req.TextVersion}, nil
	})
}

// ConfirmConsent is the second step of a double opt-in. It refuses with
// consent_not_found if there is nothing to confirm, and with consent_expired after
// seven days.
func (s *Service) ConfirmConsent(ctx context.Context, tenantID string, now time.Time, req ConsentRequest) (Consent, []events.Event, error) {
	return s.decide(ctx, tenantID, now, "confirm-consent", req, func(_ store.Scope, _ Customer, newest Consent) (Consent, error) {
		switch {
		case newest.Decision != customer.Granted || newest.confirmed():
			return Consent{}, refuse("consent_not_found", "CUS-46", "there is no consent to %s that waits for its confirmation: ask for one", req.Purpose)
		case now.Sub(newest.At) > confirmWithin:
			return Consent{}, refuse("consent_expired", "CUS-46", "the consent of %s was not confirmed within 7 days: ask for a new one", newest.At.Format(time.DateOnly))
		}
		return Consent{Decision: customer.Granted, TextVersion: newest.TextVersion, ConfirmedAt: now}, nil
	})
}

// WithdrawConsent writes down that a customer does not agree, or no more.
func (s *Service) WithdrawConsent(ctx context.Context, tenantID string, now time.Time, req ConsentRequest) (Consent, []events.Event, error) {
	return s.decide(ctx, tenantID, now, "withdraw-consent", req, func(_ store.Scope, _ Customer, newest Consent) (Consent, error) {
		return Consent{Decision: customer.Withdrawn, TextVersion: newest.TextVersion}, nil
	})
}

// decide adds the decision that judge comes to.
func (s *Service) decide(ctx context.Context, tenantID string, now time.Time, verb string, req ConsentRequest, judge func(store.Scope, Customer, Consent) (Consent, error)) (Consent, []events.Event, error) {
	if !slices.Contains(customer.Purposes, req.Purpose) {
		return Consent{}, nil, refuse("consent_purpose_unknown", "CUS-46", "purpose %q is unknown: take one of %q", req.Purpose, customer.Purposes)
	}
	return once(ctx, s, tenantID, key(verb, req.Key), now, func(tx store.Scope) (outcome[Consent], error) {
		c, err := find(ctx, tx, req.CustomerID)
		if err != nil {
			return outcome[Consent]{}, err
		}
		newest, err := decisions(ctx, tx, c.ID)
		if err != nil {
			return outcome[Consent]{}, err
		}
		decided, err := judge(tx, c, newest[req.Purpose])
		if err != nil {
			return outcome[Consent]{}, err
		}
		decided.ID, decided.CustomerID, decided.Purpose, decided.At, decided.CapturedBy, decided.Evidence = newID(), c.ID, req.Purpose, now, req.CapturedBy, req.Evidence
		_, err = tx.Exec(ctx, `INSERT INTO consent (tenant_id, consent_id, customer_id, purpose, decision, at, captured_by, text_version, evidence, confirmed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			decided.ID, c.ID, decided.Purpose, decided.Decision, now, decided.CapturedBy, decided.TextVersion, toJSON(decided.Evidence), decided.ConfirmedAt)
		return outcome[Consent]{decided, c.ID, []events.Event{decided.changed(c.ID)}}, err
	})
}

// Consents returns all decisions of a customer and of those who were merged into
// him, the newest first.
func (s *Service) Consents(ctx context.Context, tenantID, customerID string) ([]Consent, error) {
	scope := s.db.Tenant(tenantID)
	c, err := find(ctx, scope, customerID)
	if err != nil {
		return nil, err
	}
	return consentsOf(ctx, scope, c.ID)
}

// consentsOf puts, of decisions at one instant, the withdrawal first.
func consentsOf(ctx context.Context, scope store.Scope, customerID string) ([]Consent, error) {
	return store.All(ctx, scope, func(row store.Row) (c Consent, err error) {
		return c, row.Scan(&c.ID, &c.CustomerID, &c.Purpose, &c.Decision, store.At(&c.At), &c.CapturedBy, &c.TextVersion, asJSON{&c.Evidence}, store.At(&c.ConfirmedAt))
	}, `SELECT consent_id, customer_id, purpose, decision, at, captured_by, text_version, evidence, confirmed_at FROM consent
		WHERE tenant_id = $1 AND customer_id IN `+family+`
		ORDER BY at DESC, CASE WHEN decision = 'withdrawn' THEN 0 ELSE 1 END, CASE WHEN confirmed_at IS NULL THEN 1 ELSE 0 END, consent_id DESC`, customerID)
}

// decisions are the newest by purpose.
func decisions(ctx context.Context, scope store.Scope, customerID string) (map[string]Consent, error) {
	all, err := consentsOf(ctx, scope, customerID)
	newest := map[string]Consent{}
	for _, c := range all {
		if _, newer := newest[c.Purpose]; !newer {
			newest[c.Purpose] = c
		}
	}
	return newest, err
}

// Contract is the purpose of what belongs to a booking: its confirmation, its
// reminder, its cancellation.
const Contract = "contract"

// Allows says whether a customer may be written to, or recorded, for a purpose, now.
// What belongs to a booking needs no consent.
func (s *Service) Allows(ctx context.Context, tenantID string, now time.Time, customerID, purpose string) (bool, error) {
	scope := s.db.Tenant(tenantID)
	c, err := find(ctx, scope, customerID)
	if err != nil || purpose == Contract {
		return err == nil, err
	}
	newest, err := decisions(ctx, scope, c.ID)
	decided := newest[purpose]
	minor := isMarketing(purpose) && c.youngerThan(adult, now)
	return decided.Decision == customer.Granted && decided.confirmed() && !minor, err
}

func isMarketing(purpose string) bool { return strings.HasPrefix(purpose, "marketing_") }

// youngerThan is false for those whose birthday nobody knows.
func (c Customer) youngerThan(years int, now time.Time) bool {
	born, err := time.Parse(time.DateOnly, c.Birthday)
	return err == nil && born.AddDate(years, 0, 0).After(now)
}
