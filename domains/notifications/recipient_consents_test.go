package notifications_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/notifications"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventstest"
)

// recipient returns what is known of a customer.
func recipient(t *testing.T, recipients *notifications.Recipients, customerID string) notifications.Recipient {
	t.Helper()
	r, found, err := recipients.Find(t.Context(), eventstest.Tenant, customerID)
	require.NoError(t, err)
	require.True(t, found)
	return r
}

func decided(customerID, purpose, decision string, at time.Time, confirmed bool) customer.ConsentChanged {
	return customer.ConsentChanged{Ref: customer.Ref{CustomerID: customerID}, Purpose: purpose, Decision: decision, At: at, Confirmed: confirmed}
}

func TestTheLatestDecisionCounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		recipients := notifications.NewRecipients(db)
		listener := notifications.NewTrackConsent(recipients)
		keep := func(e customer.ConsentChanged) { eventstest.RunTwice(t, listener, e) }
		eventstest.RunTwice(t, notifications.NewTrackNewRecipient(recipients), customer.Created{Profile: profile(1)})

		keep(decided("customer-1", customer.MarketingEmail, customer.Granted, booked, false))
		require.Empty(t, recipient(t, recipients, "customer-1").Granted, "it waits for its second step")
		keep(decided("customer-1", customer.MarketingEmail, customer.Granted, booked.Add(time.Hour), true))
		keep(decided("customer-1", customer.WhatsAppService, customer.Granted, booked, true))
		require.Equal(t, []string{customer.MarketingEmail, customer.WhatsAppService}, recipient(t, recipients, "customer-1").Granted)
		keep(decided("customer-1", customer.WhatsAppService, customer.Withdrawn, booked, true))
		keep(decided("customer-1", customer.WhatsAppService, customer.Granted, booked.Add(-time.Hour), true))
		require.Equal(t, []string{customer.MarketingEmail}, recipient(t, recipients, "customer-1").Granted, "what was said before comes late")

		eventstest.RunTwice(t, notifications.NewForgetRecipient(recipients), customer.Erased{Ref: customer.Ref{CustomerID: "customer-1"}, Holds: []string{}, At: booked})
		require.Empty(t, recipient(t, recipients, "customer-1").Granted)
	}, notifications.Migrations)
}

func TestARecipientFollowsTheMergeAndItsUndo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		recipients := notifications.NewRecipients(db)
		merge := func(id, primary, duplicate string) {
			eventstest.RunTwice(t, notifications.NewTrackMerge(recipients), customer.Merged{MergeID: id, PrimaryID: primary, DuplicateID: duplicate, By: "staff:7", UndoUntil: booked})
		}
		undo := func(id, primary, restored string) {
			eventstest.RunTwice(t, notifications.NewTrackUndoneMerge(recipients), customer.Unmerged{MergeID: id, PrimaryID: primary, RestoredID: restored})
		}
		for _, id := range []string{"customer-1", "customer-2", "customer-3"} {
			p := profile(1, email(id+"@kunden.example", true, customer.Reachable))
			p.CustomerID = id
			eventstest.RunTwice(t, notifications.NewTrackNewRecipient(recipients), customer.Created{Profile: p})
		}
		address := func(id string) string { return recipient(t, recipients, id).Email }
		consent := notifications.NewTrackConsent(recipients)
		eventstest.RunTwice(t, consent, decided("customer-1", customer.MarketingSMS, customer.Granted, booked, true))
		eventstest.RunTwice(t, consent, decided("customer-2", customer.MarketingSMS, customer.Withdrawn, booked, true))

		merge("m1", "customer-2", "customer-1")
		require.Equal(t, "customer-2@kunden.example", address("customer-1"))
		require.Empty(t, recipient(t, recipients, "customer-2").Granted, "at the same instant the withdrawal counts")
		merge("m2", "customer-3", "customer-2")
		require.Equal(t, "customer-3@kunden.example", address("customer-1"), "by way of the one in between")
		undo("m2", "customer-3", "customer-2")
		require.Equal(t, "customer-2@kunden.example", address("customer-1"))
		undo("m1", "customer-2", "customer-1")
		require.Equal(t, "customer-1@kunden.example", address("customer-1"))
		require.Equal(t, []string{customer.MarketingSMS}, recipient(t, recipients, "customer-1").Granted)

		undo("m3", "customer-3", "customer-1")
		merge("m3", "customer-3", "customer-1")
		require.Equal(t, "customer-1@kunden.example", address("customer-1"), "the undo came first")

		merge("m4", "nobody-yet", "customer-1")
		_, found, err := recipients.Find(t.Context(), eventstest.Tenant, "customer-1")
		require.NoError(t, err)
		require.False(t, found, "his events are under way")
	}, notifications.Migrations)
}
