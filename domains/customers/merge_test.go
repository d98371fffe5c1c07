package customers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// mergeOf asks for a merge of two customers as they are.
func (s *salon) mergeOf(primaryID, duplicateID string) customer.MergeRequest {
	s.t.Helper()
	p, err := s.PreviewMerge(s.t.Context(), tenant, primaryID, duplicateID)
	require.NoError(s.t, err)
	return customer.MergeRequest{
		Key: s.key(), PrimaryID: primaryID, DuplicateID: duplicateID, PrimaryVersion: p.Primary.Version, DuplicateVersion: p.Duplicate.Version, By: "staff:7",
	}
}

// merge merges twice and wants one effect.
func (s *salon) merge(primaryID, duplicateID string) (customer.Merged, []events.Event) {
	s.t.Helper()
	req := s.mergeOf(primaryID, duplicateID)
	merged, announced, err := s.Merge(s.t.Context(), tenant, now, req)
	require.NoError(s.t, err)
	before := storetest.Dump(s.t, s.db)
	again, repeated, err := s.Merge(s.t.Context(), tenant, now.Add(time.Minute), req)
	require.NoError(s.t, err)
	require.Equal(s.t, merged, again)
	require.Equal(s.t, announced, repeated)
	require.Equal(s.t, before, storetest.Dump(s.t, s.db))
	return merged, announced
}

func (s *salon) undo(mergeID string, at time.Time) (customer.Undone, []events.Event, error) {
	s.t.Helper()
	return s.UndoMerge(s.t.Context(), tenant, at, customer.UndoRequest{Key: s.key(), MergeID: mergeID, By: "staff:7"})
}

func (s *salon) get(id string) customers.Customer {
	s.t.Helper()
	c, err := s.Get(s.t.Context(), tenant, id)
	require.NoError(s.t, err)
	return c
}

// agree records what a customer decides about a purpose.
func (s *salon) agree(customerID, purpose string, at time.Time) {
	s.t.Helper()
	require.NoError(s.t, s.PutConsentText(s.t.Context(), tenant, purpose, "v1"))
	req := customers.ConsentRequest{Key: s.key(), CustomerID: customerID, Purpose: purpose, TextVersion: "v1", CapturedBy: "web", Evidence: map[string]string{"form": "f1"}}
	_, _, err := s.RecordConsent(s.t.Context(), tenant, at, req)
	require.NoError(s.t, err)
}

func (s *salon) withdraw(customerID, purpose string, at time.Time) {
	s.t.Helper()
	_, _, err := s.WithdrawConsent(s.t.Context(), tenant, at, customers.ConsentRequest{Key: s.key(), CustomerID: customerID, Purpose: purpose, CapturedBy: "web"})
	require.NoError(s.t, err)
}

func (s *salon) allows(customerID, purpose string) bool {
	s.t.Helper()
	allowed, err := s.Allows(s.t.Context(), tenant, now, customerID, purpose)
	require.NoError(s.t, err)
	return allowed
}

func TestCUS42_WhatCantBeMerged(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna, bea, cleo := s.known("Anna Müller", nil), s.known("Bea Müller", nil), s.known("Cleo Müller", nil)
	foreign, _, err := s.Create(t.Context(), another, now, customers.NewCustomer{Key: "f", Name: "Anna Müller", Source: customers.SourceStaff})
	require.NoError(t, err)
	merge := func(primary, duplicate string, version int) error {
		_, _, err := s.Merge(t.Context(), tenant, now, customer.MergeRequest{Key: s.key(), PrimaryID: primary, DuplicateID: duplicate, PrimaryVersion: version, DuplicateVersion: 1})
		return err
	}

	requireRefusal(t, merge(anna.ID, anna.ID, 1), "merge_same")
	requireRefusal(t, merge(anna.ID, foreign.ID, 1), "merge_tenant")
	requireRefusal(t, merge(anna.ID, "0198c0de-0000-7000-8000-00000000dead", 1), "merge_tenant") // it tells nothing about other tenants
	requireRefusal(t, merge(anna.ID, bea.ID, 2), "merge_stale")
	require.NoError(t, merge(anna.ID, bea.ID, 1))
	requireRefusal(t, merge(cleo.ID, bea.ID, 1), "merge_state")
	_, _, err = s.RequestErasure(t.Context(), tenant, now, customer.ErasureRequest{Key: "e", CustomerID: cleo.ID, Assurance: customer.AssuredStaff})
	require.NoError(t, err)
	requireRefusal(t, merge(anna.ID, cleo.ID, 2), "merge_state")
}

// Example 8.
func TestCUS43_WhatWinsInAMerge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		a, b := s.known("Anna Müller", []string{annasNumber}), s.known("Anna Mueller", []string{newNumber, annasNumber}, annasMail)
		s.track(visit("1", a.ID, -10, 1, appointment.NoShow), visit("2", a.ID, -9, 1, appointment.NoShow), visit("3", b.ID, -8, 1, appointment.NoShow))
		s.agree(a.ID, customer.MarketingSMS, now.AddDate(0, -2, 0))
		s.withdraw(b.ID, customer.MarketingSMS, now.AddDate(0, -1, 0))
		_, _, err := s.Update(t.Context(), tenant, now, customers.Change{
			Key: "b", CustomerID: b.ID, Version: 1, VIP: new(true), Tags: new([]string{"y", "x"}), Journey: new("regular"), Birthday: new("1980-04-30"), Language: new("en"),
		})
		require.NoError(t, err)
		_, _, err = s.Update(t.Context(), tenant, now, customers.Change{Key: "a", CustomerID: a.ID, Version: 1, Tags: new([]string{"x"}), Journey: new("at_risk")})
		require.NoError(t, err)
		_, err = s.AddNote(t.Context(), tenant, now, "n", customers.Note{CustomerID: b.ID, Type: "general", Visibility: "team", Content: "likes tea"})
		require.NoError(t, err)
		require.True(t, s.allows(a.ID, customer.MarketingSMS))

		merged, announced := s.merge(a.ID, b.ID)

		require.Equal(t, []string{"customer.merged", "customer.updated", "customer.booking_restricted", "customer.updated", "customer.consent_changed"}, names(announced))
		c := s.get(a.ID)
		require.Equal(t, "Anna Müller", c.DisplayName)
		require.Equal(t, []string{"x", "y"}, c.Tags)
		require.Equal(t, "regular", c.Journey)
		require.Equal(t, "1980-04-30", c.Birthday)
		require.Equal(t, "de", c.Language)
		require.True(t, c.VIP)
		require.Equal(t, customer.ConfirmFirst, c.Restriction)
		require.Equal(t, 3, s.counters(a.ID).NoShow)
		require.False(t, s.allows(a.ID, customer.MarketingSMS), "the newest decision counts")
		profile, err := s.Profile(t.Context(), tenant, a.ID)
		require.NoError(t, err)
		require.Len(t, profile.Contacts, 3, "united")
		require.True(t, s.contact(a.ID, annasNumber).Primary)
		require.False(t, s.contact(a.ID, newNumber).Primary)
		notes, err := s.Notes(t.Context(), tenant, a.ID, false)
		require.NoError(t, err)
		require.Len(t, notes, 2)
		require.Contains(t, notes[0].Content+notes[1].Content, "staff:7 merged customer "+b.ID+": 1 visits, 3 contacts, 1 notes")
		require.Equal(t, c, s.get(b.ID), "the duplicate's id leads to the survivor")

		undone, announced, err := s.undo(merged.MergeID, now.Add(30*days))
		require.NoError(t, err)
		require.Equal(t, "customer.unmerged", names(announced)[0])
		require.Equal(t, customer.Granted, only[customer.ConsentChanged](t, announced).Decision)
		require.Equal(t, customer.Unrestricted, only[customer.BookingRestricted](t, announced).Restriction)
		require.Equal(t, b.ID, undone.RestoredID)
		require.Empty(t, undone.Kept)
		require.Equal(t, 2, s.counters(a.ID).NoShow)
		require.Equal(t, 1, s.counters(b.ID).NoShow)
		require.True(t, s.allows(a.ID, customer.MarketingSMS))
		require.False(t, s.allows(b.ID, customer.MarketingSMS))
		require.Equal(t, []string{"x"}, s.get(a.ID).Tags)
		require.Empty(t, s.get(a.ID).Birthday)
		require.Equal(t, "1980-04-30", s.get(b.ID).Birthday)
		require.Equal(t, customers.Active, s.get(b.ID).Status)
	})
}

func TestCUS43_AtTheSameInstantTheWithdrawalCounts(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	a, b := s.known("Anna Müller", nil), s.known("Anna Mueller", nil)
	s.withdraw(a.ID, customer.WhatsAppService, now)
	s.agree(b.ID, customer.WhatsAppService, now)

	s.merge(b.ID, a.ID)

	require.False(t, s.allows(b.ID, customer.WhatsAppService))
}

func TestCUS43_ThePrimarysOwnFieldsStay(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	number, _, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{Key: "p", Name: "Unbekannt #1", Placeholder: true, Source: customers.SourceImport})
	require.NoError(t, err)
	anna := s.known("Frau Anna Müller", nil)
	preview, err := s.PreviewMerge(t.Context(), tenant, number.ID, anna.ID)
	require.NoError(t, err)
	require.Equal(t, "Anna Müller", preview.Result.DisplayName, "but a placeholder takes the name")
	require.Equal(t, []string{"name"}, preview.Changed)
	require.Equal(t, "Unbekannt #1", s.get(number.ID).DisplayName, "a preview changes nothing")

	blocked := s.known("Bea Müller", nil)
	_, _, err = s.Update(t.Context(), tenant, now, customers.Change{Key: "u", CustomerID: blocked.ID, Version: 1, Restriction: new(customer.Blocked), Journey: new("prospect")})
	require.NoError(t, err)
	_, _, err = s.Update(t.Context(), tenant, now, customers.Change{Key: "v", CustomerID: anna.ID, Version: 1, Journey: new("at_risk")})
	require.NoError(t, err)
	_, announced := s.merge(anna.ID, blocked.ID)
	require.Equal(t, customer.Blocked, only[customer.BookingRestricted](t, announced).Restriction, "the stricter one")
	require.Equal(t, "at_risk", s.get(anna.ID).Journey, "as far as a prospect: the primary's")
}

func TestCUS44_AMergeCanBeTakenBackForAMonth(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	a, b, c := s.known("Anna Müller", nil), s.known("Anna Mueller", nil), s.known("Anna Miller", nil)
	s.merge(b.ID, c.ID)
	_, _, err := s.Update(t.Context(), tenant, now, customers.Change{Key: "b", CustomerID: b.ID, Version: 2, Company: new("Kamm"), Zone: new("Europe/Rome")})
	require.NoError(t, err)

	merged, _ := s.merge(a.ID, b.ID)
	require.Equal(t, a.ID, s.get(c.ID).ID, "one hop")
	changed, _, err := s.Update(t.Context(), tenant, now, customers.Change{Key: "u", CustomerID: a.ID, Version: 2, Company: new("Schere")})
	require.NoError(t, err)
	require.Equal(t, "Schere", changed.Company)
	s.track(visit("after", b.ID, 1, 1, appointment.Confirmed)) // an event that still names the duplicate

	_, _, err = s.undo(merged.MergeID, now.Add(31*days))
	requireRefusal(t, err, "undo_expired")
	_, _, err = s.undo("0198c0de-0000-7000-8000-00000000dead", now)
	requireRefusal(t, err, "not_found")
	undone, _, err := s.undo(merged.MergeID, now.Add(30*days))
	require.NoError(t, err)
	require.Equal(t, []string{"company_name"}, undone.Kept, "what is newer stays")
	require.Equal(t, "Schere", s.get(a.ID).Company)
	require.Empty(t, s.get(a.ID).Zone)
	require.Equal(t, b.ID, s.get(c.ID).ID, "the older merge is there again")
	require.Equal(t, 1, s.counters(a.ID).Booked, "what came after the merge stays with the primary")
	require.Zero(t, s.counters(b.ID).Booked)
	_, _, err = s.undo(merged.MergeID, now)
	requireRefusal(t, err, "merge_state")
}

func TestCUS27_MergedIdsLeadToTheSurvivorAndErasedOnesNowhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		a, b := s.known("Anna Müller", []string{annasNumber}), s.known("Anna Mueller", []string{newNumber}, annasMail)
		s.merge(a.ID, b.ID)
		got, _ := s.resolve(s.call(newNumber, "Anna Müller"))
		require.Equal(t, a.ID, got.CustomerID, "by the number of the one who was merged")
		require.Equal(t, customer.ByPhone, got.Method)
		got, _ = s.resolve(customer.Query{Key: "l", Origin: appointment.Portal, LoginCustomerID: b.ID})
		require.Equal(t, a.ID, got.CustomerID)

		_, _, err := s.RequestErasure(t.Context(), tenant, now, customer.ErasureRequest{Key: "e", CustomerID: b.ID, Assurance: customer.AssuredStaff})
		require.NoError(t, err)
		_, announced, err := s.Erase(t.Context(), tenant, now, a.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"customer.erased", "customer.erased"}, names(announced))
		for _, id := range []string{a.ID, b.ID} {
			_, err := s.Get(t.Context(), tenant, id)
			requireRefusal(t, err, "not_found")
		}
		for _, number := range []string{annasNumber, newNumber} {
			caller, err := s.Lookup(t.Context(), tenant, now, customers.LookupRequest{NetworkNumber: number})
			require.NoError(t, err)
			require.Equal(t, customer.MatchNone, caller.Match)
		}
	})
}
