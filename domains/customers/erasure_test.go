package customers_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

func (s *salon) consent(key, customerID, purpose string) customers.ConsentRequest {
	return customers.ConsentRequest{Key: key, CustomerID: customerID, Purpose: purpose, TextVersion: "v1", CapturedBy: "voice", Evidence: map[string]string{"call_id": "call-1"}}
}

func TestCUS46_WhatNeedsConsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", nil)
		require.True(t, s.allows(anna.ID, customers.Contract), "what belongs to a booking")
		for _, purpose := range customer.Purposes {
			require.False(t, s.allows(anna.ID, purpose), purpose)
			s.agree(anna.ID, purpose, now.Add(-time.Hour))
			require.Equal(t, purpose != customer.MarketingEmail, s.allows(anna.ID, purpose), purpose)
		}

		confirm := s.consent("c", anna.ID, customer.MarketingEmail)
		_, announced, err := s.ConfirmConsent(t.Context(), tenant, now, confirm)
		require.NoError(t, err)
		require.True(t, only[customer.ConsentChanged](t, announced).Confirmed)
		require.True(t, s.allows(anna.ID, customer.MarketingEmail))
		confirm.Key = "d"
		_, _, err = s.ConfirmConsent(t.Context(), tenant, now, confirm)
		requireRefusal(t, err, "consent_not_found")

		karl := s.known("Karl Muster", nil)
		s.agree(karl.ID, customer.MarketingEmail, now.Add(-8*days))
		_, _, err = s.ConfirmConsent(t.Context(), tenant, now, s.consent("e", karl.ID, customer.MarketingEmail))
		requireRefusal(t, err, "consent_expired")
	})
}

func TestCUS46_NoMarketingForTheYoung(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	lena, _, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{Key: "l", Name: "Lena Müller", Birthday: "2011-03-24", Source: customers.SourceStaff})
	require.NoError(t, err)
	require.NoError(t, s.PutConsentText(t.Context(), tenant, customer.MarketingSMS, "v1"))
	_, _, err = s.RecordConsent(t.Context(), tenant, now, s.consent("a", lena.ID, customer.MarketingSMS))
	requireRefusal(t, err, "consent_minor")
	_, _, err = s.RecordConsent(t.Context(), tenant, now.Add(1*days), s.consent("b", lena.ID, customer.MarketingSMS))
	require.NoError(t, err, "sixteen since today")
}

func TestCUS47_AConsentIsProven(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", nil)
		req := s.consent("a", anna.ID, customer.MarketingSMS)
		_, _, err := s.RecordConsent(t.Context(), tenant, now, req)
		requireRefusal(t, err, "consent_text_unknown")
		require.NoError(t, s.PutConsentText(t.Context(), tenant, customer.MarketingSMS, "v1"))
		req.Evidence = nil
		_, _, err = s.RecordConsent(t.Context(), tenant, now, req)
		requireRefusal(t, err, "consent_evidence_missing")
		_, _, err = s.RecordConsent(t.Context(), tenant, now, s.consent("x", anna.ID, "fun"))
		requireRefusal(t, err, "consent_purpose_unknown")

		for range 2 {
			c, announced, err := s.RecordConsent(t.Context(), tenant, now, s.consent("b", anna.ID, customer.MarketingSMS))
			require.NoError(t, err)
			require.Equal(t, customer.ConsentChanged{
				Ref: customer.Ref{CustomerID: anna.ID}, Purpose: customer.MarketingSMS, Decision: customer.Granted, At: now, Confirmed: true,
			}, only[customer.ConsentChanged](t, announced))
			require.Equal(t, "v1", c.TextVersion)
		}
		s.withdraw(anna.ID, customer.MarketingSMS, now.Add(time.Second))
		require.False(t, s.allows(anna.ID, customer.MarketingSMS), "one step, at once")

		all, err := s.Consents(t.Context(), tenant, anna.ID)
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.Equal(t, map[string]string{"call_id": "call-1"}, all[1].Evidence)
		for _, statement := range []string{`UPDATE consent SET decision = 'granted' WHERE tenant_id = $1`, `DELETE FROM consent WHERE tenant_id = $1`} {
			_, err := s.db.Tenant(tenant).Exec(t.Context(), statement)
			require.ErrorIs(t, err, store.ErrAppendOnly)
		}
	})
}

// Example 9.
func TestCUS48_ErasureIsDueInAMonth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", []string{annasNumber})
		asked := time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)
		s.track(priced(visit("past", anna.ID, -500, 1, appointment.Completed), 3200))
		open := visit("open", anna.ID, 0, 1, appointment.Confirmed)
		open.StartsAt = time.Date(2026, 2, 10, 9, 0, 0, 0, time.UTC)
		s.track(open)
		req := customer.ErasureRequest{Key: "a", CustomerID: anna.ID, By: "staff:7", Assurance: customer.AssuredPhone}
		_, _, err := s.RequestErasure(t.Context(), tenant, asked, req)
		requireRefusal(t, err, "erasure_identity")
		req.Assurance = customer.AssuredLogin
		_, _, err = s.RequestErasure(t.Context(), tenant, asked, req)
		require.Equal(t, "open", requireRefusal(t, err, "erasure_open_appointment").Facts["appointment_id"])
		_, _, err = s.Erase(t.Context(), tenant, asked, anna.ID)
		requireRefusal(t, err, "erasure_not_requested")

		req.CancelFuture = true
		for range 2 {
			e, announced, err := s.RequestErasure(t.Context(), tenant, asked, req)
			require.NoError(t, err)
			require.Equal(t, time.Date(2026, 2, 28, 10, 0, 0, 0, time.UTC), e.DueAt)
			require.Equal(t, e.DueAt, only[customer.ErasureRequested](t, announced).DueAt)
		}
		for range 2 {
			e, announced, err := s.Erase(t.Context(), tenant, asked.Add(days), anna.ID)
			require.NoError(t, err)
			require.Equal(t, "held", e.State)
			require.Equal(t, []string{customer.HoldInvoice}, only[customer.Erased](t, announced).Holds)
		}
	})
}

func TestCUS49_WhatErasureLeaves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.twice(customers.NewIdentifyCaller(s.Service), started("call-0", annasNumber, "presented"))
		require.Contains(t, storetest.Dump(t, s.db), "number="+annasNumber, "of a call that is nobody's")
		imported, _ := s.resolve(s.call("+49 176 04069012", "Anna Müller"))
		duplicate := s.known("Annette Mueller", []string{"0171 3920012"}, annasMail)
		_, _, err := s.Update(t.Context(), tenant, now, customers.Change{
			Key: "u", CustomerID: imported.CustomerID, Version: 1, Birthday: new("1980-04-30"), Tags: new([]string{"allergy"}), Company: new("Kamm GmbH"),
		})
		require.NoError(t, err)
		_, err = s.AddNote(t.Context(), tenant, now, "n", customers.Note{CustomerID: duplicate.ID, Type: "general", Visibility: "team", Content: "likes tea"})
		require.NoError(t, err)
		require.NoError(t, s.NoteClaim(t.Context(), tenant, now, customers.Claim{Key: "c", NetworkNumber: annasNumber}))
		s.agree(imported.CustomerID, customer.MarketingSMS, now)
		s.track(priced(visit("past", imported.CustomerID, -5, 1, appointment.Completed), 3200))
		s.merge(imported.CustomerID, duplicate.ID)
		_, _, err = s.RequestErasure(t.Context(), tenant, now, customer.ErasureRequest{Key: "e", CustomerID: imported.CustomerID, Assurance: customer.AssuredStaff})
		require.NoError(t, err)

		_, _, err = s.Erase(t.Context(), tenant, now, imported.CustomerID)
		require.NoError(t, err)

		left := storetest.Dump(t, s.db)
		for _, personal := range []string{"Anna", "anna", "Mueller", "müller", "mueller", "176", "3920012", "kunde", "1980", "allergy", "Kamm GmbH", "tea"} {
			require.NotContains(t, left, personal)
		}
		require.Contains(t, left, "display_name=erased")
		require.Contains(t, left, "price_cents=3200", "figures stay")
		require.Contains(t, left, "decision=granted", "so does the proof")
	})
}

func TestCUS50_ErasingTwiceIsNothingAndANewCallIsANewCustomer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", []string{annasNumber})
		req := customer.ErasureRequest{Key: "a", CustomerID: anna.ID, Assurance: customer.AssuredStaff}
		_, _, err := s.RequestErasure(t.Context(), tenant, now, req)
		require.NoError(t, err)
		first, announced, err := s.Erase(t.Context(), tenant, now, anna.ID)
		require.NoError(t, err)
		before := storetest.Dump(t, s.db)
		again, repeated, err := s.Erase(t.Context(), tenant, now.Add(time.Hour), anna.ID)
		require.NoError(t, err)
		require.Equal(t, first, again)
		require.Equal(t, announced, repeated)
		require.Equal(t, before, storetest.Dump(t, s.db))
		req.Key = "b"
		_, _, err = s.RequestErasure(t.Context(), tenant, now, req)
		requireRefusal(t, err, "already_erased")

		got, _ := s.resolve(s.call(annasNumber, "Anna Müller"))
		require.True(t, got.Created)
		require.Equal(t, customer.Owner, s.contact(got.CustomerID, annasNumber).Role)
		require.Empty(t, s.track(visit("late", anna.ID, -5, 1, appointment.Completed)), "a late event finds the row without the person")
	})
}

func TestCUS52_WhoIsNotHeardOfIsProposedForErasure(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna, visitor, duplicate, caller := s.known("Anna Müller", nil), s.known("Bea Muster", nil), s.known("Bea Musterfrau", nil), s.known("Cleo Probst", nil)
		later := now.AddDate(0, 36, 1)
		v := visit("v", duplicate.ID, 0, 1, appointment.Completed)
		v.StartsAt, v.EndsAt = later.AddDate(-1, 0, 0), later.AddDate(-1, 0, 0).Add(time.Hour)
		s.track(v)
		s.merge(visitor.ID, duplicate.ID)
		require.NoError(t, s.NoteContact(t.Context(), tenant, "call-1", caller.ID, later.AddDate(0, -35, 0)))
		written := s.known("Dora Testmann", nil, annasMail)
		s.twice(customers.NewMarkReachable(s.Service), delivered(s.contact(written.ID, annasMail).ID, later.AddDate(0, -35, 0)))

		idle, err := s.Idle(t.Context(), tenant, later)
		require.NoError(t, err)
		require.Equal(t, []string{anna.ID}, idle)
		idle, err = s.Idle(t.Context(), tenant, now.AddDate(0, 35, 0))
		require.NoError(t, err)
		require.Empty(t, idle)
		require.NoError(t, s.PutSettings(t.Context(), tenant, customers.Settings{NoShowLimit: 3, IdleMonths: 12}))
		idle, err = s.Idle(t.Context(), tenant, now.AddDate(0, 13, 0))
		require.NoError(t, err)
		require.Contains(t, idle, anna.ID)
	})
}

func TestPurgeDeletesWhatHasServedItsTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		got, _ := s.resolve(s.call("+49 (0)176 04069012", "Anna Müller"))
		other := s.known("Bea Muster", nil)
		s.merge(got.CustomerID, other.ID)
		s.purge(now.Add(29 * days))
		require.Contains(t, storetest.Dump(t, s.db), "raw=+49 (0)176 04069012")

		s.purge(now.Add(31 * days))

		left := storetest.Dump(t, s.db)
		require.NotContains(t, left, "(0)")
		require.NotContains(t, left, "announced=")
		require.Contains(t, left, "snapshot={}")
	})
}

// purge runs twice and wants nothing left to do for the second run.
func (s *salon) purge(at time.Time) {
	s.t.Helper()
	require.NoError(s.t, s.PurgeAll(s.t.Context(), at))
	before := storetest.Dump(s.t, s.db)
	require.NoError(s.t, s.PurgeAll(s.t.Context(), at))
	require.Equal(s.t, before, storetest.Dump(s.t, s.db))
}

func TestCUS49_ConsentsGoThreeYearsAfterTheErasure(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna, bea := s.known("Anna Müller", nil), s.known("Bea Muster", nil)
		s.agree(anna.ID, customer.MarketingSMS, now)
		s.agree(bea.ID, customer.MarketingWhatsApp, now)
		_, err := s.db.Tenant(tenant).Exec(t.Context(), `DELETE FROM consent WHERE tenant_id = $1 AND customer_id = $2`, anna.ID)
		require.ErrorIs(t, err, store.ErrAppendOnly, "not while she is known")
		_, _, err = s.RequestErasure(t.Context(), tenant, now, customer.ErasureRequest{Key: "e", CustomerID: anna.ID, Assurance: customer.AssuredStaff})
		require.NoError(t, err)
		_, _, err = s.Erase(t.Context(), tenant, now, anna.ID)
		require.NoError(t, err)

		s.purge(now.AddDate(3, 0, 0))
		require.Contains(t, storetest.Dump(t, s.db), customer.MarketingSMS)
		s.purge(now.AddDate(3, 0, 1))

		left := storetest.Dump(t, s.db)
		require.NotContains(t, left, "purpose="+customer.MarketingSMS+" decision")
		require.NotContains(t, left, "requested_at=")
		require.Contains(t, left, "purpose="+customer.MarketingWhatsApp, "who is known keeps hers")
		_, err = s.db.Tenant(tenant).Exec(t.Context(), `UPDATE consent SET at = $2 WHERE tenant_id = $1`, now)
		require.ErrorIs(t, err, store.ErrAppendOnly)
	})
}

func TestExportHasAllOwnRows(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	a, b := s.known("Anna Müller", []string{annasNumber}), s.known("Anna Mueller", nil, annasMail)
	s.agree(a.ID, customer.MarketingSMS, now)
	s.track(visit("v", b.ID, -1, 1, appointment.Completed))
	_, err := s.AddNote(t.Context(), tenant, now, "n", customers.Note{CustomerID: a.ID, Type: "complaint", Visibility: "managers", Content: "too loud"})
	require.NoError(t, err)
	s.merge(a.ID, b.ID)

	_, err = s.Export(t.Context(), tenant, now, customers.ExportRequest{CustomerID: a.ID, Assurance: customer.AssuredPhone})
	requireRefusal(t, err, "erasure_identity")
	document, err := s.Export(t.Context(), tenant, now, customers.ExportRequest{CustomerID: a.ID, Assurance: customer.AssuredLogin})
	require.NoError(t, err)
	require.True(t, json.Valid(document))
	for _, own := range []string{a.ID, b.ID, annasNumber, annasMail, customer.MarketingSMS, "too loud", `"appointment_id":"v"`} {
		require.Contains(t, string(document), own)
	}
}

func TestNotesArePinnedFirstThenNewest(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", nil)
	for i, n := range []customers.Note{
		{Content: "old", Visibility: "team"}, {Content: "pinned", Visibility: "team", Pinned: true}, {Content: "secret", Visibility: "managers"}, {Content: "new", Visibility: "team"},
	} {
		n.CustomerID, n.Type = anna.ID, "general"
		for range 2 {
			_, err := s.AddNote(t.Context(), tenant, now.Add(time.Duration(i)*time.Minute), n.Content, n)
			require.NoError(t, err)
		}
	}
	read := func(manager bool) (contents []string) {
		notes, err := s.Notes(t.Context(), tenant, anna.ID, manager)
		require.NoError(t, err)
		for _, n := range notes {
			contents = append(contents, n.Content)
		}
		return contents
	}
	require.Equal(t, []string{"pinned", "new", "old"}, read(false))
	require.Equal(t, []string{"pinned", "new", "secret", "old"}, read(true))
	_, err := s.AddNote(t.Context(), tenant, now, "x", customers.Note{CustomerID: anna.ID, Type: "system", Visibility: "team"})
	requireRefusal(t, err, "field_invalid")
}
