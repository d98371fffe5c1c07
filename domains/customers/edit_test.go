package customers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

func TestCUS25_TheFirstOwnsAValueAndLaterOnesShareIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		first := s.known("Anna Müller", []string{sharedNumber}, "Familie@kunde.example")
		second := s.known("Emil Müller", []string{sharedNumber}, "familie@kunde.example")

		for _, value := range []string{sharedNumber, "Familie@kunde.example"} {
			require.Equal(t, customer.Owner, s.contact(first.ID, value).Role)
		}
		for _, value := range []string{sharedNumber, "familie@kunde.example"} {
			require.Equal(t, customer.Shared, s.contact(second.ID, value).Role)
			require.True(t, s.contact(second.ID, value).Primary)
		}
	})
}

func TestABlockedCustomerIsRefused(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber})
	_, announced, err := s.Update(t.Context(), tenant, now, customers.Change{Key: "x", CustomerID: anna.ID, Version: 1, Restriction: new(customer.Blocked)})
	require.NoError(t, err)
	require.Equal(t, []string{"customer.updated", "customer.booking_restricted"}, names(announced))

	s.refused(s.call(annasNumber, "Anna Müller"), "customer_blocked")
	got, _ := s.resolve(customer.Query{Key: "s", Origin: appointment.Staff, ChosenCustomerID: anna.ID})
	require.Equal(t, customer.Blocked, got.Restriction, "staff see it and decide")
}

func TestUpdateRefusesWhatWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", []string{annasNumber})
		change := customers.Change{
			Key: "u", CustomerID: anna.ID, Version: 1, Name: new("Anna Schulz"), VIP: new(true), Tags: new([]string{"a", "b"}),
			Journey: new("regular"), Birthday: new("1980-04-30"), AddEmail: annasMail, AddPhone: "0171 3920012", Region: "DE",
		}
		var first customers.Customer
		var events []events.Event
		for range 2 {
			c, announced, err := s.Update(t.Context(), tenant, now, change)
			require.NoError(t, err)
			if first.ID != "" {
				require.Equal(t, first, c)
				require.Equal(t, events, announced)
			}
			first, events = c, announced
		}
		require.Equal(t, 2, first.Version)
		require.Equal(t, "Anna Schulz", first.DisplayName)
		require.Equal(t, []string{"customer.updated", "customer.phone_normalized"}, names(events))
		require.Equal(t, []string{"birthday", "journey", "name", "tags", "vip", "contacts"}, only[customer.Updated](t, events).Changed)
		kept, err := s.Get(t.Context(), tenant, anna.ID)
		require.NoError(t, err)
		require.Equal(t, first, kept)

		change.Key = "v"
		_, _, err = s.Update(t.Context(), tenant, now, change)
		requireRefusal(t, err, "version_conflict")
		_, _, err = s.Update(t.Context(), tenant, now, customers.Change{Key: "w", CustomerID: anna.ID, Version: 2, Journey: new("lost")})
		requireRefusal(t, err, "field_invalid")
		before := storetest.Dump(t, s.db)
		require.Contains(t, before, "Anna Schulz")
	})
}

func TestCUS2_APlaceholdersAddressIsNotKept(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	q := customer.Query{Key: "c", Origin: appointment.Calendar, Said: customer.Said{Name: "Ida Probst", Phone: "unknown", Email: "booking_1@termine.kamm.example"}}

	got, announced := s.resolve(q)

	require.True(t, got.Created)
	require.Equal(t, "calendar", only[customer.Created](t, announced).Source)
	require.Empty(t, only[customer.Created](t, announced).Contacts)
}

func TestCreateIsOneRequestByItsKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		req := customers.NewCustomer{Key: "a", ID: "0198c0de-0000-7000-8000-0000000000c1", Name: "Anna Müller", Source: customers.SourceStaff, Phones: []string{"0176 04069012", annasNumber, "anonymous"}, Emails: []string{annasMail, ""}}
		first, announced, err := s.Create(t.Context(), tenant, now, req)
		require.NoError(t, err)
		again, repeated, err := s.Create(t.Context(), tenant, now, req)
		require.NoError(t, err)

		require.Equal(t, req.ID, first.ID)
		require.Equal(t, first, again)
		require.Equal(t, announced, repeated)
		require.Equal(t, 1, s.count(t.Context()))
		require.Len(t, only[customer.Created](t, announced).Contacts, 2)
		require.Equal(t, []string{"customer.created", "customer.phone_normalized"}, names(announced))

		for code, bad := range map[string]customers.NewCustomer{
			"name_required":    {Key: "b", Name: "Gast"},
			"phone_invalid":    {Key: "c", Name: "Ida Probst", Phones: []string{"112"}},
			"email_invalid":    {Key: "d", Name: "Ida Probst", Emails: []string{"ida"}},
			"birthday_invalid": {Key: "e", Name: "Ida Probst", Birthday: "1899-12-31"},
		} {
			bad.Source = customers.SourceStaff
			_, _, err := s.Create(t.Context(), tenant, now, bad)
			requireRefusal(t, err, code)
		}
		_, _, err = s.Create(t.Context(), tenant, now, customers.NewCustomer{Name: "Ida Probst", Source: customers.SourceStaff})
		require.ErrorContains(t, err, "no key")
		require.True(t, events.IsPermanent(err))
	})
}

func TestUpdateOfContactsAndFieldsThatCantBe(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber, newNumber})
	primary := s.contact(anna.ID, annasNumber)
	require.True(t, primary.Primary)

	c, announced, err := s.Update(t.Context(), tenant, now, customers.Change{Key: "a", CustomerID: anna.ID, Version: 1, RemoveContactID: primary.ID})
	require.NoError(t, err)
	require.Equal(t, 2, c.Version)
	contacts := only[customer.Updated](t, announced).Contacts
	require.Len(t, contacts, 1)
	require.True(t, contacts[0].Primary, "the next one follows")

	_, announced, err = s.Update(t.Context(), tenant, now, customers.Change{Key: "b", CustomerID: anna.ID, Version: 2, AddPhone: newNumber, Language: new("de")})
	require.NoError(t, err)
	require.Empty(t, announced, "nothing is another now")
	for code, bad := range map[string]customers.Change{
		"field_invalid":    {Key: "c", Zone: new("Berlin")},
		"birthday_invalid": {Key: "d", Birthday: new("tomorrow")},
		"email_invalid":    {Key: "e", AddEmail: "anna@"},
		"name_required":    {Key: "f", Name: new("n/a")},
	} {
		bad.CustomerID, bad.Version = anna.ID, 2
		_, _, err := s.Update(t.Context(), tenant, now, bad)
		requireRefusal(t, err, code)
	}
	_, _, err = s.Update(t.Context(), tenant, now, customers.Change{Key: "g", CustomerID: anna.ID, Version: 2, Restriction: new(customer.Restriction("never"))})
	requireRefusal(t, err, "field_invalid")
}
