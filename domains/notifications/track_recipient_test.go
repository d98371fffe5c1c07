package notifications_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/notifications"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventstest"
	"github.com/herald-bus/herald/events/notification"
)

func profile(version int, contacts ...customer.Contact) customer.Profile {
	return customer.Profile{
		Ref: customer.Ref{CustomerID: "customer-1"}, Version: version, DisplayName: "Mia Muster", Language: "de", Source: "staff", Contacts: contacts,
	}
}

func email(value string, primary bool, state string) customer.Contact {
	return customer.Contact{ID: value, Kind: customer.Email, Value: value, Role: customer.Owner, Primary: primary, State: state}
}

// withoutContact is a confirmation that only the customer's own address can serve.
func withoutContact() notification.ConfirmationRequired {
	e := required()
	e.ContactOverride = &appointment.ContactOverride{Phone: "+491713920001"}
	return e
}

func TestAConfirmationGoesToTheCustomersOwnAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		recipients := notifications.NewRecipients(db)
		track, change := notifications.NewTrackNewRecipient(recipients), notifications.NewTrackChangedRecipient(recipients)
		eventstest.RunTwice(t, change, customer.Updated{Profile: profile(2,
			email("old@kunden.example", true, customer.Unreachable), email("second@kunden.example", false, customer.Reachable),
			email("mia@muster.example", true, customer.Reachable), customer.Contact{ID: "p", Kind: customer.Phone, Value: "+491713920001", State: customer.Reachable},
		), Changed: []string{"contacts"}})
		eventstest.RunTwice(t, track, customer.Created{Profile: profile(1, email("late@kunden.example", true, customer.Reachable))})
		listener, outbox := planner(t, db)

		emitted := eventstest.RunTwice(t, listener, withoutContact(), events.OccurredAt(booked))

		require.Len(t, emitted, 1)
		header, parts := read(t, outbox)
		require.Equal(t, "<mia@muster.example>", header.Get("To"), "of the newest version, not of the last to arrive")
		require.Contains(t, strings.ReplaceAll(parts["application/ics"], "\r\n ", ""), "mailto:mia@muster.example")
		require.Contains(t, storetest.Dump(t, db), "phone=+491713920001")
	}, notifications.Migrations)
}

func TestACustomerWithoutAnAddressIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, notifications.Migrations)
	listener, outbox := planner(t, db)
	eventstest.RunTwice(t, notifications.NewTrackNewRecipient(notifications.NewRecipients(db)), customer.Created{Profile: profile(1)})

	emitted := eventstest.RunTwice(t, listener, withoutContact())

	require.Empty(t, emitted)
	require.NoDirExists(t, outbox)
}

func TestAConfirmationWaitsForItsCustomer(t *testing.T) {
	t.Parallel()
	listener, _ := planner(t, storetest.SQLite(t, notifications.Migrations))

	_, err := eventstest.Deliver(t, listener, withoutContact())

	require.ErrorIs(t, err, notifications.ErrUnknownRecipient)
	after, ok := events.RetryDelay(err)
	require.True(t, ok, "the customer's event may be under way")
	require.Equal(t, 10*time.Second, after)
}

func TestAForgottenCustomerIsNotRememberedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		recipients := notifications.NewRecipients(db)
		track, forget := notifications.NewTrackNewRecipient(recipients), notifications.NewForgetRecipient(recipients)
		erased := customer.Erased{Ref: customer.Ref{CustomerID: "customer-1"}, Holds: []string{}, At: booked}
		created := customer.Created{Profile: profile(7, email("mia@kunden.example", true, customer.Reachable))}
		listener, outbox := planner(t, db)

		eventstest.RunTwice(t, track, created)
		eventstest.RunTwice(t, forget, erased)
		eventstest.RunTwice(t, track, created)

		require.NotContains(t, storetest.Dump(t, db), "kunden.example")
		require.NotContains(t, storetest.Dump(t, db), "Muster")
		require.Empty(t, eventstest.RunTwice(t, listener, withoutContact()))
		require.NoDirExists(t, outbox)
	}, notifications.Migrations)
}
