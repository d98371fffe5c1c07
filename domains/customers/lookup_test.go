package customers_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/events/customer"
)

// Example 12.
func TestCUS8_TheTenantsOwnNumberIsNobodys(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	require.NoError(t, s.PutOwnNumber(t.Context(), tenant, "+493023125101"))
	for _, number := range []string{branchNumber, "030 23125101"} {
		s.refused(s.call(number, "Ida Probst"), "contact_required")
		caller, err := s.Lookup(t.Context(), tenant, now, customers.LookupRequest{NetworkNumber: number, Region: "DE"})
		require.NoError(t, err)
		require.Equal(t, customer.MatchWithheld, caller.Match)
	}
	s.refused(s.call("0800 1234567", "Ida Probst"), "contact_required") // that can't be a person's either
}

func TestCUS39_APlaceholderGetsTheFirstRealName(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	imported, announced, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{
		Key: "i", Name: "Unbekannt #1234", Placeholder: true, Source: customers.SourceImport, Phones: []string{"0171 3920012"},
	})
	require.NoError(t, err)
	require.True(t, only[customer.Created](t, announced).Placeholder)
	require.Equal(t, newNumber, only[customer.PhoneNormalized](t, announced).Value)
	caller, err := s.Lookup(t.Context(), tenant, now, customers.LookupRequest{NetworkNumber: newNumber})
	require.NoError(t, err)
	require.Nil(t, caller.DisplayName)
	require.Equal(t, 1, s.count(t.Context()), "to look up makes nobody")

	got, announced := s.resolve(s.call(newNumber, "Ida Probst"))

	require.Equal(t, imported.ID, got.CustomerID)
	require.Equal(t, "Ida Probst", got.DisplayName)
	require.Empty(t, got.AttendeeName)
	require.Equal(t, []string{"name", "contact_state"}, only[customer.Updated](t, announced).Changed)
	require.False(t, only[customer.Updated](t, announced).Placeholder)
	got, _ = s.resolve(s.call(newNumber, "Lotte Dummer"))
	require.Equal(t, "Ida Probst", got.DisplayName, "and keeps it")
}

func TestCUS40_TheAnswerHasTheSameFieldsForEverybody(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Frau Anna Müller", []string{annasNumber})
	s.known("Peter Schulz", []string{sharedNumber})
	s.known("Petra Schulz", []string{sharedNumber})
	match := func(number string) customer.Caller {
		caller, err := s.Lookup(t.Context(), tenant, now, customers.LookupRequest{NetworkNumber: number})
		require.NoError(t, err)
		return caller
	}

	require.Equal(t, customer.Caller{Match: customer.MatchNone, Greeting: customer.GreetPlainly}, match(newNumber))
	require.Equal(t, customer.Caller{Match: customer.MatchAmbiguous, Greeting: customer.GreetPlainly}, match(sharedNumber))
	require.Equal(t, customer.Caller{Match: customer.MatchWithheld, Greeting: customer.GreetPlainly}, match(""))
	require.Equal(t, customer.Caller{
		Match: customer.MatchOne, CustomerID: &anna.ID, DisplayName: new("Anna Müller"), Salutation: new("frau"), LastName: new("Müller"),
		Language: new("de"), Restriction: new(customer.Unrestricted), Greeting: customer.GreetPlainly,
	}, match(annasNumber))
}

func TestCUS41_ALookupIsNeverAnOldAnswer(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	lookup := func(ctx context.Context) string {
		caller, err := s.Lookup(ctx, tenant, now, customers.LookupRequest{NetworkNumber: newNumber})
		require.NoError(t, err)
		return caller.Match
	}
	require.Equal(t, customer.MatchNone, lookup(t.Context()))
	s.known("Ida Probst", []string{newNumber})
	require.Equal(t, customer.MatchOne, lookup(t.Context()))
}

func TestFindByNumberAddressAndName(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber}, annasMail)
	s.known("Karl Muster", nil)
	for _, text := range []string{"0176 04069012", "ANNA@kunde.example", "anna mueller", "Miller", "Müller, Anna"} {
		found, err := s.Find(t.Context(), tenant, text, "DE")
		require.NoError(t, err)
		require.Len(t, found, 1, text)
		require.Equal(t, anna.ID, found[0].ID)
	}
	found, err := s.Find(t.Context(), tenant, "Wagner", "DE")
	require.NoError(t, err)
	require.Empty(t, found)
}
