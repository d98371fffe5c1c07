package customers

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// contact is a way to reach a customer, with how sure it is that it is his.
type contact struct {
	customer.Contact
	CustomerID string    `json:"customer_id"`
	Region     string    `json:"region,omitzero"`
	Extension  string    `json:"extension,omitzero"`
	VerifiedBy string    `json:"verified_by,omitzero"`
	VerifiedAt time.Time `json:"verified_at,omitzero"`
	// ReachedAt is when a message has last arrived.
	ReachedAt time.Time `json:"reached_at,omitzero"`
	// Raw is what was typed or heard; it is deleted after 30 days.
	Raw string `json:"raw,omitzero"`
}

// How a contact was verified.
const (
	byCallerID = "caller_id"
	byHand     = "staff"
)

// phoneContact and emailContact are contacts as they are first heard of.
func phoneContact(n Number, raw string) contact {
	return contact{
		Contact: customer.Contact{Kind: customer.Phone, Value: n.Value, LineType: n.LineType, State: customer.Unverified},
		Region:  n.Region, Extension: n.Extension, Raw: raw,
	}
}

func emailContact(address, raw string) contact {
	return contact{Contact: customer.Contact{Kind: customer.Email, Value: address, State: customer.Unverified}, Raw: raw}
}

// verified returns the contact as proven to be its customer's.
func (p contact) verified(by string, now time.Time) contact {
	p.State, p.VerifiedBy, p.VerifiedAt = customer.Reachable, by, now
	return p
}

// folded is the form in which equal values are equal.
func (p contact) folded() string { return strings.ToLower(p.Value) }

// is says whether two contacts have the same value.
func (p contact) is(other contact) bool {
	return p.Kind == other.Kind && p.folded() == other.folded()
}

const contactColumns = `p.contact_id, p.kind, p.value, p.line_type, p.role, p.is_primary, p.state, p.customer_id, p.region, p.extension,
	p.verified_by, p.verified_at, p.reached_at, p.raw`

func (p *contact) into() []any {
	return []any{&p.ID, &p.Kind, &p.Value, &p.LineType, &p.Role, &p.Primary, &p.State, &p.CustomerID, &p.Region, &p.Extension, &p.VerifiedBy, store.At(&p.VerifiedAt), store.At(&p.ReachedAt), &p.Raw}
}

func scanContact(row store.Row) (p contact, err error) { return p, row.Scan(p.into()...) }

// contactsOf returns a customer's contacts, his own before those of customers that
// were merged into him, each value once and one primary a kind.
func contactsOf(ctx context.Context, scope store.Scope, customerID string) ([]contact, error) {
	all, err := store.All(ctx, scope, scanContact, `SELECT `+contactColumns+` FROM contact_point p WHERE tenant_id = $1 AND customer_id IN `+family+`
		ORDER BY CASE WHEN customer_id = $2 THEN 0 ELSE 1 END, created_at, contact_id`, customerID)
	if err != nil {
		return nil, err
	}
	var united []contact
	hasPrimary := map[string]bool{}
	for _, p := range all {
		if same := indexOf(united, p); same >= 0 {
			if p.Role == customer.Owner {
				united[same].Role = customer.Owner
			}
			continue
		}
		p.Primary = p.Primary && !hasPrimary[p.Kind]
		hasPrimary[p.Kind] = hasPrimary[p.Kind] || p.Primary
		united = append(united, p)
	}
	for i, p := range united { // where the primary was removed, the oldest follows
		united[i].Primary = p.Primary || !hasPrimary[p.Kind]
		hasPrimary[p.Kind] = true
	}
	return united, nil
}

func indexOf(contacts []contact, p contact) int {
	for i := range contacts {
		if contacts[i].is(p) {
			return i
		}
	}
	return -1
}

// addContact gives a customer a contact. The first one with the value owns it. Who
// insists on being the first, by the role, gets [store.ErrDuplicate] if he isn't.
func addContact(ctx context.Context, tx store.Scope, customerID string, p contact, now time.Time) (contact, error) {
	taken, err := exists(ctx, tx, `SELECT 1 FROM contact_point WHERE tenant_id = $1 AND kind = $2 AND folded = $3 AND role = 'owner'`, p.Kind, p.folded())
	if err != nil {
		return p, err
	}
	hasPrimary, err := exists(ctx, tx, `SELECT 1 FROM contact_point WHERE tenant_id = $1 AND kind = $3 AND is_primary AND customer_id IN `+family, customerID, p.Kind)
	if err != nil {
		return p, err
	}
	p.ID, p.CustomerID, p.Primary = newID(), customerID, !hasPrimary
	switch {
	case p.Role == customer.Owner:
	case taken:
		p.Role = customer.Shared
	default:
		p.Role = customer.Owner
	}
	_, err = tx.Exec(ctx, `INSERT INTO contact_point (tenant_id, contact_id, customer_id, kind, value, folded, role, is_primary, line_type, region,
			extension, state, verified_by, verified_at, raw, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		p.ID, customerID, p.Kind, p.Value, p.folded(), p.Role, p.Primary, p.LineType, p.Region,
		p.Extension, p.State, p.VerifiedBy, p.VerifiedAt, p.Raw, now)
	return p, err
}

// setState writes what is known of a contact now.
func (p contact) setState(ctx context.Context, tx store.Scope) error {
	_, err := tx.Exec(ctx, `UPDATE contact_point SET state = $3, verified_by = $4, verified_at = $5, reached_at = $6 WHERE tenant_id = $1 AND contact_id = $2`,
		p.ID, p.State, p.VerifiedBy, p.VerifiedAt, p.ReachedAt)
	return err
}

// normalized are the events of the numbers that are kept in another form than they
// were given in.
func normalized(contacts []contact) (announced []events.Event) {
	for _, p := range contacts {
		if p.Kind == customer.Phone && p.Raw != "" && p.Raw != p.Value {
			announced = append(announced, customer.PhoneNormalized{
				Ref: customer.Ref{CustomerID: p.CustomerID}, ContactID: p.ID, Value: p.Value, LineType: p.LineType, Region: p.Region, Changed: true,
			})
		}
	}
	return announced
}

// holder is a customer who has a contact with some value.
type holder struct {
	Customer
	contact contact
}

// holders returns the customers, merged ones as those that they were merged into,
// who have the value, each once and the oldest first. Erased ones have none.
func holders(ctx context.Context, scope store.Scope, kind, folded string) ([]holder, error) {
	all, err := store.All(ctx, scope, func(row store.Row) (h holder, err error) {
		return h, row.Scan(append(h.contact.into(), h.Customer.into()...)...)
	}, `SELECT `+contactColumns+`, `+columnsOf("c", customerColumns)+` FROM contact_point p
		JOIN customer m ON m.tenant_id = p.tenant_id AND m.customer_id = p.customer_id
		JOIN customer c ON c.tenant_id = m.tenant_id AND c.customer_id = CASE WHEN m.merged_into_id <> '' THEN m.merged_into_id ELSE m.customer_id END
		WHERE p.tenant_id = $1 AND p.kind = $2 AND p.folded = $3 AND c.status IN ('active', 'pending_verification')
		ORDER BY c.created_at, c.customer_id, p.created_at, p.contact_id`, kind, folded)
	if err != nil {
		return nil, err
	}
	var found []holder
	for _, h := range all {
		if n := len(found); n > 0 && found[n-1].ID == h.ID {
			if found[n-1].contact.VerifiedBy == "" {
				found[n-1].contact = h.contact
			}
			continue
		}
		found = append(found, h)
	}
	return found, nil
}

// columnsOf puts the table's alias in front of each column.
func columnsOf(alias, columns string) string {
	names := strings.FieldsFunc(columns, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
	return alias + "." + strings.Join(names, ", "+alias+".")
}

// exists says whether a query has a row.
func exists(ctx context.Context, scope store.Scope, query string, args ...any) (bool, error) {
	_, err := store.One(ctx, scope, func(row store.Row) (n int, err error) { return n, row.Scan(&n) }, query, args...)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
