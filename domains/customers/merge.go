package customers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// undoFor is how long a merge can be taken back.
const undoFor = 30 * day

// A Preview shows what a merge would make of two customers.
type Preview struct {
	Primary   Customer `json:"primary"`
	Duplicate Customer `json:"duplicate"`
	// Result is the primary after the merge, and Changed what is new about him.
	Result   Customer           `json:"result"`
	Changed  []string           `json:"changed"`
	Contacts []customer.Contact `json:"contacts"`
}

// PreviewMerge shows a merge and changes nothing. It refuses as [Service.Merge]
// does.
func (s *Service) PreviewMerge(ctx context.Context, tenantID string, primaryID, duplicateID string) (Preview, error) {
	scope := s.db.Tenant(tenantID)
	primary, duplicate, err := mergeable(ctx, scope, primaryID, duplicateID)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Primary: primary, Duplicate: duplicate, Result: combine(primary, duplicate)}
	p.Changed = changedFields(primary, p.Result)
	for _, id := range []string{primary.ID, duplicate.ID} {
		contacts, err := contactsOf(ctx, scope, id)
		if err != nil {
			return Preview{}, err
		}
		for _, c := range contacts {
			c.Primary = c.Primary && id == primary.ID
			p.Contacts = append(p.Contacts, c.Contact)
		}
	}
	return p, nil
}

// mergeable reads two customers, or says why they can't be merged. Another
// tenant's and an unknown one are refused alike.
func mergeable(ctx context.Context, scope store.Scope, primaryID, duplicateID string) (primary, duplicate Customer, err error) {
	if primaryID == duplicateID {
		return primary, duplicate, refuse("merge_same", "CUS-42", "%s is one customer already: name two", primaryID)
	}
	found, err := store.All(ctx, scope, scanCustomer, `SELECT `+customerColumns+` FROM customer WHERE tenant_id = $1 AND customer_id IN ($2, $3)`, primaryID, duplicateID)
	if err != nil {
		return primary, duplicate, err
	}
	if len(found) < 2 {
		return primary, duplicate, refuse("merge_tenant", "CUS-42", "%s and %s are not both customers of this tenant: name two that are", primaryID, duplicateID)
	}
	if primary, duplicate = found[0], found[1]; primary.ID != primaryID {
		primary, duplicate = duplicate, primary
	}
	for _, c := range found {
		erasing, err := exists(ctx, scope, `SELECT 1 FROM erasure WHERE tenant_id = $1 AND customer_id = $2`, c.ID)
		if err != nil {
			return primary, duplicate, err
		}
		if !c.live() || erasing {
			return primary, duplicate, refuse("merge_state", "CUS-42", "customer %s is merged, erased or about to be: choose another", c.ID)
		}
	}
	return primary, duplicate, nil
}

// combine is what a primary becomes by a merge: his own where he has something.
func combine(primary, duplicate Customer) Customer {
	c := primary
	if c.Status == Placeholder && duplicate.Status == Active {
		c.Status, c.Name, c.DisplayName = Active, duplicate.Name, duplicate.DisplayName
	}
	c.Title = cmp.Or(c.Title, duplicate.Title)
	if c.Salutation == NoSalutation {
		c.Salutation = duplicate.Salutation
	}
	for _, field := range []struct {
		own   *string
		other string
	}{
		{&c.Zone, duplicate.Zone},
		{&c.Birthday, duplicate.Birthday},
		{&c.Company, duplicate.Company},
		{&c.PreferredBranchID, duplicate.PreferredBranchID},
		{&c.PreferredStaffID, duplicate.PreferredStaffID},
		{&c.PreferredChannel, duplicate.PreferredChannel},
	} {
		*field.own = cmp.Or(*field.own, field.other)
	}
	c.Tags = union(c.Tags, duplicate.Tags)
	c.VIP = c.VIP || duplicate.VIP
	if journeys[duplicate.Journey] > journeys[c.Journey] {
		c.Journey = duplicate.Journey
	}
	strict := func(r customer.Restriction) int { return slices.Index(customer.Restrictions, r) }
	if strict(duplicate.Restriction) > strict(c.Restriction) {
		c.Restriction, c.RestrictedBy = duplicate.Restriction, duplicate.RestrictedBy
	}
	return c
}

// snapshot is what an undo needs: the rows before and after, and those that had
// been merged into the duplicate.
type snapshot struct {
	Before    Customer `json:"before"`
	After     Customer `json:"after"`
	Duplicate Customer `json:"duplicate"`
	Moved     []string `json:"moved"`
}

// Merge makes two customers one: the duplicate's rows stay and are read through
// the primary. It refuses with merge_same, merge_tenant, merge_state, and with
// merge_stale if one of them has changed since the preview.
func (s *Service) Merge(ctx context.Context, tenantID string, now time.Time, req customer.MergeRequest) (customer.Merged, []events.Event, error) {
	return once(ctx, s, tenantID, key("merge", req.Key), now, func(tx store.Scope) (outcome[customer.Merged], error) {
		var none outcome[customer.Merged]
		for _, id := range []string{min(req.PrimaryID, req.DuplicateID), max(req.PrimaryID, req.DuplicateID)} { // always in the same order
			if _, err := tx.Exec(ctx, `UPDATE customer SET version = version WHERE tenant_id = $1 AND customer_id = $2`, id); err != nil {
				return none, err
			}
		}
		primary, duplicate, err := mergeable(ctx, tx, req.PrimaryID, req.DuplicateID)
		if err != nil {
			return none, err
		}
		if stale(primary, req.PrimaryVersion) || stale(duplicate, req.DuplicateVersion) {
			return none, refuse("merge_stale", "CUS-42", "the customers have the versions %d and %d by now: look at the preview again", primary.Version, duplicate.Version)
		}
		merged := customer.Merged{MergeID: newID(), PrimaryID: primary.ID, DuplicateID: duplicate.ID, By: req.By, UndoUntil: now.Add(undoFor)}
		announced, err := s.join(ctx, tx, now, merged, primary, duplicate)
		return outcome[customer.Merged]{merged, primary.ID, append([]events.Event{merged}, announced...)}, err
	})
}

// stale says that the customer has changed since the version that was looked at.
func stale(c Customer, seen int) bool { return seen != 0 && c.Version != seen }

// join carries a merge out, and returns what follows from it.
func (s *Service) join(ctx context.Context, tx store.Scope, now time.Time, m customer.Merged, primary, duplicate Customer) ([]events.Event, error) {
	before, err := decisions(ctx, tx, primary.ID)
	if err != nil {
		return nil, err
	}
	moved, err := store.All(ctx, tx, text, `UPDATE customer SET merged_into_id = $3 WHERE tenant_id = $1 AND merged_into_id = $2 RETURNING customer_id`, duplicate.ID, primary.ID)
	if err != nil {
		return nil, err
	}
	gone := duplicate
	gone.Status, gone.MergedInto = Merged, primary.ID
	if err := save(ctx, tx, &gone); err != nil {
		return nil, err
	}
	combined := combine(primary, duplicate)
	if err := save(ctx, tx, &combined); err != nil {
		return nil, err
	}
	announced, err := s.afterRegrouping(ctx, tx, now, primary, combined, before)
	if err != nil {
		return nil, err
	}
	after, err := find(ctx, tx, primary.ID)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO customer_merge (tenant_id, merge_id, primary_id, duplicate_id, by, at, snapshot, undo_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		m.MergeID, primary.ID, duplicate.ID, m.By, now, toJSON(snapshot{primary, after, duplicate, moved}), m.UndoUntil)
	if err != nil {
		return nil, err
	}
	return announced, noteRegrouping(ctx, tx, now, m.By, primary.ID, "merged", duplicate.ID)
}

// afterRegrouping announces a customer whose rows, or whose relatives' rows, are
// others than before, with what that means for his restriction and his consents.
func (s *Service) afterRegrouping(ctx context.Context, tx store.Scope, now time.Time, before, after Customer, decided map[string]Consent) (announced []events.Event, err error) {
	changed := append(changedFields(before, after), "contacts")
	event, err := updated(ctx, tx, after, changed...)
	if err != nil {
		return nil, err
	}
	announced = append(announced, event)
	reviewed, err := s.review(ctx, tx, after, now)
	if err != nil {
		return nil, err
	}
	if len(reviewed) == 0 && after.Restriction != before.Restriction {
		missed, err := noShows(ctx, tx, after.ID, now)
		if err != nil {
			return nil, err
		}
		reviewed = []events.Event{customer.BookingRestricted{Ref: customer.Ref{CustomerID: after.ID}, Restriction: after.Restriction, Reason: "merge", NoShowCount: missed}}
	}
	announced = append(announced, reviewed...)
	decides, err := decisions(ctx, tx, after.ID)
	for _, purpose := range customer.Purposes {
		is, was := decides[purpose], decided[purpose]
		if is.ID != "" && (is.Decision != was.Decision || is.confirmed() != was.confirmed()) {
			announced = append(announced, is.changed(after.ID))
		}
	}
	return announced, err
}

// noteRegrouping writes a system note: who, what, how many.
func noteRegrouping(ctx context.Context, tx store.Scope, now time.Time, by, primaryID, verb, duplicateID string) error {
	counts, err := store.One(ctx, tx, func(row store.Row) (n [3]int, err error) { return n, row.Scan(&n[0], &n[1], &n[2]) },
		`SELECT (SELECT count(*) FROM visit WHERE tenant_id = $1 AND customer_id = $2), (SELECT count(*) FROM contact_point WHERE tenant_id = $1 AND customer_id = $2),
			(SELECT count(*) FROM customer_note WHERE tenant_id = $1 AND customer_id = $2) FROM customer WHERE tenant_id = $1 AND customer_id = $2`, duplicateID)
	if err != nil {
		return err
	}
	return putNote(ctx, tx, Note{
		ID: newID(), CustomerID: primaryID, Type: "system", Visibility: "team", Subject: "customer " + verb, Author: by, CreatedAt: now,
		Content: fmt.Sprintf("%s %s customer %s: %d visits, %d contacts, %d notes", by, verb, duplicateID, counts[0], counts[1], counts[2]),
	})
}
