package customers_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

func TestCUS28_ALoginOrAChoiceOfStaffCounts(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber})

	got, _ := s.resolve(customer.Query{Key: "a", Origin: appointment.Portal, LoginCustomerID: anna.ID})
	require.Equal(t, customer.Resolution{
		CustomerID: anna.ID, Method: customer.ByLogin, Confidence: 100, Assurance: customer.AssuredLogin, DisplayName: "Anna Müller", Restriction: customer.Unrestricted,
	}, got)
	got, _ = s.resolve(customer.Query{Key: "b", Origin: appointment.Staff, ChosenCustomerID: anna.ID, Said: customer.Said{Email: annasMail}})
	require.Equal(t, customer.ByStaff, got.Method)
	require.Equal(t, customer.AssuredStaff, got.Assurance)
	require.NotEmpty(t, s.contact(anna.ID, annasMail).ID, "staff may add a contact")

	by := s.call(newNumber, "Ida Probst")
	by.LoginCustomerID, by.ChosenCustomerID = anna.ID, anna.ID
	got, _ = s.resolve(by)
	require.NotEqual(t, anna.ID, got.CustomerID, "neither counts on the telephone")

	s.refused(customer.Query{Key: "c", Origin: appointment.Portal, LoginCustomerID: "0198c0de-0000-7000-8000-00000000dead"}, "not_found")
}

func TestCUS28_TheNetworksNumber(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna, _, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{Key: "import", Name: "Anna Müller", Source: customers.SourceImport, Phones: []string{annasNumber}})
		require.NoError(t, err)
		require.Equal(t, customer.Unverified, s.contact(anna.ID, annasNumber).State)

		got, announced := s.resolve(s.call(annasNumber, ""))

		require.Equal(t, anna.ID, got.CustomerID)
		require.Equal(t, customer.ByPhone, got.Method)
		require.Equal(t, customer.Reachable, s.contact(anna.ID, annasNumber).State, "the call proves it")
		require.Equal(t, []string{"customer.updated", "customer.identified"}, names(announced))
		require.Equal(t, []string{"contact_state"}, only[customer.Updated](t, announced).Changed)
	})
}

// Example 1.
func TestCUS33_TheMotherBooksForTheChild(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber})

	got, announced := s.resolve(s.call(annasNumber, "Lena Müller"))

	require.Equal(t, customer.Resolution{
		CustomerID: anna.ID, Method: customer.ByPhone, Confidence: 100, Assurance: customer.AssuredPhone,
		AttendeeName: "Lena Müller", DisplayName: "Anna Müller", Restriction: customer.Unrestricted,
	}, got)
	require.True(t, only[customer.Identified](t, announced).AttendeeDiffers)
	kept, err := s.Get(t.Context(), tenant, anna.ID)
	require.NoError(t, err)
	require.Equal(t, anna, kept, "the customer's name stays")

	got, _ = s.resolve(s.call(annasNumber, "Anne Maier"))
	require.NotEmpty(t, got.AttendeeName)
	got, _ = s.resolve(s.call(annasNumber, "Frau Mueller"))
	require.Empty(t, got.AttendeeName, "that is her")
}

// Example 2.
func TestCUS30_WhoSharesANumberIsAskedForTheName(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	peter := s.known("Peter Schulz", []string{sharedNumber})
	petra := s.known("Petra Schulz", []string{sharedNumber})

	got, _ := s.resolve(s.call(sharedNumber, "Peter Schulz"))
	require.Equal(t, peter.ID, got.CustomerID)
	require.Equal(t, customer.ByPhoneName, got.Method)
	require.Equal(t, 95, got.Confidence)

	refusal := s.refused(s.call(sharedNumber, "Schulz"), "ambiguous")
	require.NotContains(t, refusal.Text, "Schulz", "no name is read out")

	_, _, err := s.Update(t.Context(), tenant, now, customers.Change{Key: "b", CustomerID: petra.ID, Version: 1, Birthday: new("1980-04-30")})
	require.NoError(t, err)
	born := s.call(sharedNumber, "Schulz")
	born.Said.Birthday, born.Asked = "1980-04-30", 1
	got, _ = s.resolve(born)
	require.Equal(t, petra.ID, got.CustomerID)

	nobodyToAsk := s.call(sharedNumber, "Schulz")
	nobodyToAsk.Asked = 2
	got, announced := s.resolve(nobodyToAsk)
	require.True(t, got.Created)
	require.Equal(t, customer.AssuredNone, got.Assurance)
	require.Equal(t, []string{"customer.created", "customer.identified", "customer.duplicate_suspected"}, names(announced))
	require.Equal(t, []string{peter.ID, petra.ID}, only[customer.DuplicateSuspected](t, announced).CandidateIDs)
	require.Equal(t, customer.Shared, s.contact(got.CustomerID, sharedNumber).Role)
}

// Examples 3 and 4.
func TestCUS34_WithheldCallersAreNeverMatched(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna, _ := s.resolve(s.call(annasNumber, "Anna Müller"))
		withheld := func() customer.Query {
			q := s.call("anonymous", "Anna Müller")
			q.Said.Phone, q.Said.Email = annasNumber, annasMail
			return q
		}

		first, announced := s.resolve(withheld())
		second, _ := s.resolve(withheld())

		require.NotEqual(t, anna.CustomerID, first.CustomerID)
		require.NotEqual(t, first.CustomerID, second.CustomerID, "each call is another customer")
		require.Equal(t, customer.Anonymous, first.Method)
		require.Equal(t, customer.AssuredNone, first.Assurance)
		require.Equal(t, "voice_anonymous", only[customer.Created](t, announced).Source)
		require.Equal(t, []string{anna.CustomerID}, only[customer.DuplicateSuspected](t, announced).CandidateIDs)
		shared := s.contact(first.CustomerID, annasNumber)
		require.Equal(t, customer.Shared, shared.Role)
		require.Equal(t, customer.Unverified, shared.State)
		require.Equal(t, customer.Unverified, s.contact(first.CustomerID, annasMail).State)

		s.refused(s.call("", "Anna Müller"), "contact_required")

		again, _ := s.resolve(s.call(annasNumber, "Anna Müller"))
		require.Equal(t, anna.CustomerID, again.CustomerID, "they can't shadow her: only her contact is proven")
		require.Equal(t, 100, again.Confidence)
	})
}

func TestCUS34_TheSameWithheldCallIsTheSameCustomer(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	first, second := s.call("", "Ida Probst"), s.call("", "Ida Probst")
	first.CallID, first.Said.Phone = "call-1", newNumber
	second.CallID, second.Said.Phone = "call-1", newNumber

	one, announced := s.resolve(first)
	two, later := s.resolve(second)

	require.Equal(t, one.CustomerID, two.CustomerID)
	require.False(t, two.Created)
	require.Equal(t, "call-1", only[customer.Identified](t, announced).CallID)
	require.Empty(t, later, "a call is identified once")
}

// Example 5.
func TestCUS28_AnAddressWithTheNameIsAClaim(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber}, annasMail)
	q := s.call(newNumber, "Anna Mueller")
	q.Said.Email = "anna at kunde punkt example"

	got, announced := s.resolve(q)

	require.Equal(t, anna.ID, got.CustomerID)
	require.Equal(t, customer.ByEmail, got.Method)
	require.Equal(t, 85, got.Confidence)
	require.Equal(t, customer.AssuredClaimed, got.Assurance)
	require.Equal(t, customers.Callback, customers.Permitted(got.Assurance, customers.CancelOrMove))
	require.Equal(t, []string{"customer.identified"}, names(announced))
	profile, err := s.Profile(t.Context(), tenant, anna.ID)
	require.NoError(t, err)
	require.Len(t, profile.Contacts, 2, "the new number is not added")

	q = s.call(newNumber, "Karl Muster")
	q.Said.Email = annasMail
	got, _ = s.resolve(q)
	require.True(t, got.Created, "an address without the name is nothing")
}

func TestCUS28_ANumberThatWasSaidWithTheName(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber})
	q := customer.Query{Key: "web", Origin: appointment.Web, Region: "DE", Said: customer.Said{Name: "Müller", Phone: "0176 04069012", Email: "new@kunde.example"}}

	got, _ := s.resolve(q)

	require.Equal(t, anna.ID, got.CustomerID)
	require.Equal(t, customer.ByStatedPhone, got.Method)
	require.Equal(t, 90, got.Confidence)
	require.Equal(t, customer.AssuredClaimed, got.Assurance)
	require.Equal(t, &appointment.ContactOverride{Email: "new@kunde.example"}, got.ContactOverride, "for this appointment only")
}

func TestCUS28_ABirthdayWithTheName(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna, _, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{Key: "a", Name: "Anna Müller", Source: customers.SourceStaff, Birthday: "1980-04-30"})
	require.NoError(t, err)
	q := customer.Query{Key: "q", Origin: appointment.Web, Said: customer.Said{Name: "Anna Miller", Birthday: "1980-04-30"}}

	got, _ := s.resolve(q)
	require.Equal(t, anna.ID, got.CustomerID)
	require.Equal(t, customer.ByNameBirthday, got.Method)
	require.Equal(t, 75, got.Confidence)

	q.Key, q.Said.Name = "r", "Anna"
	got, _ = s.resolve(q)
	require.True(t, got.Created, "a first name is too little")
	q.Key, q.Said.Birthday = "s", "2030-01-01"
	s.refused(q, "birthday_invalid")
}

// Example 6.
func TestCUS29_ANameAloneIsASuspicion(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber})

	got, announced := s.resolve(s.call(newNumber, "Anna Müller"))

	require.True(t, got.Created)
	require.Equal(t, 60, got.Confidence)
	require.Equal(t, customer.AssuredNone, got.Assurance)
	require.Equal(t, customer.DuplicateSuspected{
		Ref: customer.Ref{CustomerID: got.CustomerID}, CandidateIDs: []string{anna.ID}, Reasons: []string{"name"}, Score: 60,
	}, only[customer.DuplicateSuspected](t, announced))

	got, announced = s.resolve(s.call("+491713920013", "Karl Muster"))
	require.True(t, got.Created)
	require.Equal(t, customer.AssuredPhone, got.Assurance)
	require.Equal(t, []string{"customer.created", "customer.identified"}, names(announced), "below 40 nobody is asked")
}

func TestCUS31_TheSameKeyIsTheSameCustomer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		q := s.call(newNumber, "Ida Probst")
		first, announced := s.resolve(q) // asks twice
		q.Said.Name = "Somebody Else"
		again, repeated, err := s.Resolve(t.Context(), tenant, now.Add(time.Hour), q)

		require.NoError(t, err)
		require.Equal(t, first, again)
		require.Equal(t, announced, repeated, "what was not announced yet can be")
		require.Equal(t, 1, s.count(t.Context()))
	})
}

// Example 7.
func TestCUS32_TwoFirstCallsMakeOneCustomer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		const calls = 6
		queries := make([]customer.Query, calls)
		for i := range queries {
			queries[i] = s.call(newNumber, "Ida Probst")
			queries[i].CallID = queries[i].Key
		}
		identified := make([]string, calls)
		created := make([]bool, calls)

		var wait sync.WaitGroup
		for i, q := range queries {
			wait.Go(func() {
				got, announced, err := s.Resolve(t.Context(), tenant, now, q)
				if err != nil {
					t.Error(err)
					return
				}
				created[i] = got.Created
				for _, e := range announced {
					if e, ok := e.(customer.Identified); ok {
						identified[i] = e.CustomerID
					}
				}
			})
		}
		wait.Wait()

		require.Equal(t, 1, s.count(t.Context()))
		winners := 0
		for i := range queries {
			require.Equal(t, identified[0], identified[i])
			if created[i] {
				winners++
			}
		}
		require.Equal(t, 1, winners)
		require.NotEmpty(t, identified[0])
	})
}

func TestCUS26_AnotherTenantsCustomersAreNotThere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", []string{annasNumber}, annasMail)
		q := s.call(annasNumber, "Anna Müller")
		q.Said.Email = annasMail

		got, announced, err := s.Resolve(t.Context(), another, now, q)

		require.NoError(t, err)
		require.True(t, got.Created)
		require.Equal(t, []string{"customer.created", "customer.identified"}, names(announced))
		_, err = s.Get(t.Context(), another, anna.ID)
		requireRefusal(t, err, "not_found")
		_, _, err = s.Resolve(t.Context(), another, now, customer.Query{Key: "l", Origin: appointment.Portal, LoginCustomerID: anna.ID})
		requireRefusal(t, err, "not_found")
	})
}

func TestCUS36_AnotherAddressReplacesNothing(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber}, annasMail)
	ask := func(name string) customer.Resolution {
		q := s.call(annasNumber, name)
		q.Said.Email, q.Said.Phone = "Neu@kunde.example", newNumber
		got, _ := s.resolve(q)
		return got
	}

	got := ask("Lena Müller")
	require.Equal(t, &appointment.ContactOverride{Email: "neu@kunde.example", Phone: newNumber}, got.ContactOverride)
	got = ask("Anna Mueller")
	require.Equal(t, &appointment.ContactOverride{Phone: newNumber}, got.ContactOverride, "another number is never kept")

	require.True(t, s.contact(anna.ID, annasMail).Primary)
	second := s.contact(anna.ID, "neu@kunde.example")
	require.False(t, second.Primary)
	require.Equal(t, customer.Unverified, second.State)
}

func TestCUS13_WhoeverNamesAStaffMemberIsAskedForHisOwnName(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	staff := []customer.StaffName{{ID: "s1", Name: "Aylin Sommer"}}
	asks, same := s.call(newNumber, "bei Aylin"), s.call(newNumber, "Aylin Sommer")
	asks.Staff, same.Staff = staff, staff
	s.refused(asks, "name_is_staff_preference")
	s.refused(same, "name_is_staff")
	same.OwnName = true

	got, _ := s.resolve(same)

	require.True(t, got.Created)
	require.Equal(t, "Aylin Sommer", got.DisplayName)
}

func TestWhoIsTrusted(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber})
	change := func(key string, version int, c customers.Change) {
		c.Key, c.CustomerID, c.Version = key, anna.ID, version
		_, _, err := s.Update(t.Context(), tenant, now, c)
		require.NoError(t, err)
	}
	trusted := func(q customer.Query) bool {
		got, _ := s.resolve(q)
		require.Equal(t, anna.ID, got.CustomerID)
		return got.Trusted
	}
	typed := customer.Query{Origin: appointment.Web, Region: "DE", Said: customer.Said{Name: "Anna Müller", Phone: annasNumber}}
	regular, restricted := "regular", customer.ConfirmFirst

	require.False(t, trusted(s.call(annasNumber, "Anna Müller")), "nobody counts her as a regular")
	change("a", anna.Version, customers.Change{Journey: &regular})
	require.True(t, trusted(s.call(annasNumber, "Anna Müller")))
	typed.Key = s.key()
	require.False(t, trusted(typed), "anybody can type her number")
	change("b", anna.Version+1, customers.Change{Restriction: &restricted})
	require.False(t, trusted(s.call(annasNumber, "Anna Müller")))
}

func TestCUS38_ANewCallerIsAskedForTheNameOnly(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	s.refused(s.call(newNumber, ""), "name_required")
	s.refused(s.call(newNumber, "Gast"), "name_required")

	got, _ := s.resolve(s.call(newNumber, "Ida Probst"))

	require.True(t, got.Created)
	require.Equal(t, customer.New, got.Method)
	require.Equal(t, customer.Reachable, s.contact(got.CustomerID, newNumber).State)
}
