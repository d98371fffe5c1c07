package customers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// What customers who may be one person have in common, in points.
const (
	sameContact  = 69
	sameBirthday = 65
	sameName     = 55
)

// suspectsAtMost is how many are reported at once.
const suspectsAtMost = 5

// likeness is what a customer has in common with another.
type likeness struct {
	id     string
	reason string
	points int
}

// likenesses compares a customer with those who have the same contact, the same
// birthday, or a similar name, and returns the best reason for each.
func likenesses(c candidate, byContact map[string][]candidate, byBirthday, byName []candidate) []likeness {
	best := map[string]likeness{}
	note := func(other candidate, reason string, points int) {
		if other.ID != c.ID && points > best[other.ID].points {
			best[other.ID] = likeness{other.ID, reason, points}
		}
	}
	for _, kind := range []string{customer.Phone, customer.Email} {
		for _, other := range byContact[kind] {
			if Similar(c.Name, other.Name) >= Strong {
				note(other, kind, sameContact)
			}
		}
	}
	for _, other := range byBirthday {
		if c.Birthday != "" && SimilarWords(c.Name.Last, other.Name.Last) >= Strong {
			note(other, "birthday", sameBirthday)
		}
	}
	for _, other := range byName {
		contradicts := c.Birthday != "" && other.Birthday != "" && c.Birthday != other.Birthday
		if c.Name.fold() == other.Name.fold() && !contradicts {
			note(other, "name", sameName)
		}
	}
	var all []likeness
	for _, l := range best {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b likeness) int {
		return cmp.Or(cmp.Compare(b.points, a.points), cmp.Compare(a.id, b.id))
	})
	return all
}

// SearchDuplicates reports who may be the same person as a customer, except those
// that staff have said are not. It merges nobody.
func (s *Service) SearchDuplicates(ctx context.Context, tenantID string, now time.Time, ownKey, customerID string) ([]events.Event, error) {
	_, announced, err := once(ctx, s, tenantID, key("search-duplicates", ownKey), now, func(tx store.Scope) (outcome[int], error) {
		c, err := find(ctx, tx, customerID)
		if _, gone := errors.AsType[*events.Refusal](err); gone {
			return outcome[int]{}, nil
		}
		if err != nil {
			return outcome[int]{}, err
		}
		alike, err := alikeTo(ctx, tx, c)
		if err != nil {
			return outcome[int]{}, err
		}
		suspected := customer.DuplicateSuspected{Ref: customer.Ref{CustomerID: c.ID}}
		for _, l := range alike {
			dismissed, err := isDismissed(ctx, tx, c.ID, l.id)
			if err != nil {
				return outcome[int]{}, err
			}
			if !dismissed && len(suspected.CandidateIDs) < suspectsAtMost {
				suspected.CandidateIDs = append(suspected.CandidateIDs, l.id)
				suspected.Reasons = union(suspected.Reasons, []string{l.reason})
				suspected.Score = max(suspected.Score, l.points)
			}
		}
		if suspected.Score == 0 {
			return outcome[int]{about: c.ID}, nil
		}
		return outcome[int]{suspected.Score, c.ID, []events.Event{suspected}}, nil
	})
	return announced, err
}

// alikeTo reads everybody who may be the same person, and compares.
func alikeTo(ctx context.Context, scope store.Scope, c Customer) ([]likeness, error) {
	contacts, err := contactsOf(ctx, scope, c.ID)
	if err != nil {
		return nil, err
	}
	byContact := map[string][]candidate{}
	for _, p := range contacts {
		found, err := candidatesBy(ctx, scope, p)
		if err != nil {
			return nil, err
		}
		byContact[p.Kind] = append(byContact[p.Kind], found...)
	}
	var born []candidate
	if c.Birthday != "" {
		if born, err = candidatesBorn(ctx, scope, c.Birthday); err != nil {
			return nil, err
		}
	}
	named, err := candidatesByName(ctx, scope, c.Name)
	return likenesses(c.candidate(false), byContact, born, named), err
}

// DismissDuplicate notes that two customers are two persons.
func (s *Service) DismissDuplicate(ctx context.Context, tenantID string, now time.Time, oneID, otherID, by string) error {
	low, high := min(oneID, otherID), max(oneID, otherID)
	_, err := s.db.Tenant(tenantID).Exec(ctx, `INSERT INTO duplicate_dismissal (tenant_id, lower_id, higher_id, by, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, lower_id, higher_id) DO NOTHING`, low, high, by, now)
	return err
}

func isDismissed(ctx context.Context, scope store.Scope, oneID, otherID string) (bool, error) {
	return exists(ctx, scope, `SELECT 1 FROM duplicate_dismissal WHERE tenant_id = $1 AND lower_id = $2 AND higher_id = $3`,
		min(oneID, otherID), max(oneID, otherID))
}
