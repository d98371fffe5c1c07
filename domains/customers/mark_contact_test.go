package customers_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventstest"
	"github.com/herald-bus/herald/events/notification"
)

func delivered(contactID string, at time.Time) notification.Delivered {
	return notification.Delivered{NotificationID: "n", DeliveryID: "d", ContactID: contactID, Channel: "email", At: at}
}

func failed(contactID, class string) notification.Failed {
	return notification.Failed{
		NotificationID: "n", Type: "confirmation", Audience: "customer", Channel: "email", Purpose: "confirmation",
		ContactID: contactID, ReasonClass: class, Reason: "mailbox_unknown", Attempts: 1,
	}
}

// state returns what the only event of a contact's new state says of it.
func (s *salon) state(emitted []events.Envelope) string {
	s.t.Helper()
	require.Len(s.t, emitted, 1)
	var e customer.Updated
	require.NoError(s.t, json.Unmarshal(emitted[0].Data, &e))
	require.Equal(s.t, []string{"contact_state"}, e.Changed)
	return e.Contacts[0].State
}

func TestAContactIsMarkedByWhatBecameOfMessages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		_, _, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{Key: "c", Name: "Anna Müller", Source: customers.SourceWeb, Emails: []string{annasMail}})
		require.NoError(t, err)
		found, err := s.Find(t.Context(), tenant, annasMail, "")
		require.NoError(t, err)
		anna, contact := found[0].ID, s.contact(found[0].ID, annasMail).ID
		unreachable, reachable := customers.NewMarkUnreachable(s.Service), customers.NewMarkReachable(s.Service)

		require.Empty(t, s.twice(unreachable, failed(contact, notification.ClassProvider)), "not his fault")
		require.Empty(t, s.twice(reachable, delivered(contact, now)), "no news")
		require.Equal(t, customer.Unverified, s.contact(anna, annasMail).State)
		require.Equal(t, customer.Unreachable, s.state(s.twice(unreachable, failed(contact, notification.ClassRecipient))))
		require.Empty(t, s.twice(unreachable, failed(contact, notification.ClassRecipient)), "another message, no news")
		require.Equal(t, customer.Reachable, s.state(s.twice(reachable, delivered(contact, now.Add(time.Hour)))))
		require.Contains(t, storetest.Dump(t, s.db), "verified_by= ", "who reads it is not proven")
		late := eventstest.RunTwice(t, unreachable, failed(contact, notification.ClassRecipient), events.Tenant(tenant), events.OccurredAt(now.Add(time.Minute)))
		require.Empty(t, late, "a later message has arrived")
		profile, err := s.Profile(t.Context(), tenant, anna)
		require.NoError(t, err)
		require.Equal(t, 3, profile.Version)

		require.Empty(t, s.twice(unreachable, failed("", notification.ClassRecipient)), "staff")
		require.Empty(t, s.twice(reachable, delivered("", now)))
		require.Empty(t, s.twice(unreachable, failed("gone", notification.ClassRecipient)))
		require.Empty(t, s.twice(reachable, delivered("gone", now)))
	})
}

func TestCUS47_WhoUnsubscribesWithdraws(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", nil).ID
		s.agree(anna, customer.MarketingSMS, now.Add(-time.Hour))
		listener := customers.NewWithdrawMarketing(s.Service)
		unsubscribed := func(customerID, channel, scope string) notification.Unsubscribed {
			return notification.Unsubscribed{CustomerID: customerID, Channel: channel, Scope: scope, Via: "keyword"}
		}
		require.Empty(t, s.twice(listener, unsubscribed(anna, "sms", "reminders")))
		require.True(t, s.allows(anna, customer.MarketingSMS))

		emitted := s.twice(listener, unsubscribed(anna, "sms", "all"))

		require.Len(t, emitted, 1)
		var e customer.ConsentChanged
		require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
		require.Equal(t, customer.ConsentChanged{
			Ref: customer.Ref{CustomerID: anna}, Purpose: customer.MarketingSMS, Decision: customer.Withdrawn, At: now, Confirmed: true,
		}, e)
		require.False(t, s.allows(anna, customer.MarketingSMS))
		for _, nobody := range []notification.Unsubscribed{unsubscribed("", "sms", "all"), unsubscribed("gone", "sms", "all"), unsubscribed(anna, "chat", "all")} {
			require.Empty(t, s.twice(listener, nobody))
		}
		s.agree(anna, customer.MarketingSMS, now.Add(time.Hour))
		require.Len(t, s.twice(listener, unsubscribed(anna, "sms", "marketing")), 1)
		require.True(t, s.allows(anna, customer.MarketingSMS), "who has agreed since then has agreed")
	})
}
