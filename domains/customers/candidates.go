package customers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/herald-bus/herald/domains/internal/store"
)

// maxAlike is how many customers with a similar name are compared.
const maxAlike = 500

func (c Customer) candidate(verified bool) candidate {
	return candidate{ID: c.ID, Name: c.Name, Birthday: c.Birthday, Verified: verified}
}

// candidatesBy are the customers who have the contact's value.
func candidatesBy(ctx context.Context, scope store.Scope, p contact) ([]candidate, error) {
	found, err := holders(ctx, scope, p.Kind, p.folded())
	var candidates []candidate
	for _, h := range found {
		candidates = append(candidates, h.candidate(h.contact.VerifiedBy != ""))
	}
	return candidates, err
}

// candidatesBorn are the customers with the birthday.
func candidatesBorn(ctx context.Context, scope store.Scope, birthday string) ([]candidate, error) {
	return candidatesWhere(ctx, scope, `birthday = $2`, birthday)
}

// candidatesByName are customers with a name that is spelt or sounds alike, in at
// least one of its words.
func candidatesByName(ctx context.Context, scope store.Scope, name Name) ([]candidate, error) {
	if name.fold() == "" {
		return nil, nil
	}
	args := []any{name.fold()}
	var places []string
	for _, code := range name.codes() {
		args = append(args, code)
		places = append(places, fmt.Sprintf("$%d", len(args)+1))
	}
	where := `name_fold = $2`
	if len(places) > 0 {
		where = `(name_fold = $2 OR customer_id IN (SELECT customer_id FROM customer_name_code WHERE tenant_id = $1 AND code IN (` + strings.Join(places, ", ") + `)))`
	}
	return candidatesWhere(ctx, scope, where, args...)
}

func candidatesWhere(ctx context.Context, scope store.Scope, where string, args ...any) ([]candidate, error) {
	return store.All(ctx, scope, func(row store.Row) (candidate, error) {
		c, err := scanCustomer(row)
		return c.candidate(false), err
	}, fmt.Sprintf(`SELECT %s FROM customer WHERE tenant_id = $1 AND status IN ('active', 'pending_verification') AND %s
		ORDER BY CASE WHEN name_fold = $2 THEN 0 ELSE 1 END, created_at DESC, customer_id DESC LIMIT %d`, customerColumns, where, maxAlike), args...)
}

// likeNames are customers with a name that is at least weakly like the given one,
// the most alike first.
func likeNames(ctx context.Context, scope store.Scope, name Name) ([]candidate, error) {
	found, err := candidatesByName(ctx, scope, name)
	found = slices.DeleteFunc(found, func(c candidate) bool { return Similar(name, c.Name) < Weak })
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(Similar(name, b.Name), Similar(name, a.Name)) })
	return found, err
}
