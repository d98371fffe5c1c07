package customers_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

const (
	tenant  = "0198c0de-0000-7000-8000-0000000000aa"
	another = "0198c0de-0000-7000-8000-0000000000bb"
	branch  = "0198c0de-0000-7000-8000-0000000000b1"

	annasNumber  = "+4917604069012"
	sharedNumber = "+493023125123"
	newNumber    = "+491713920012"
	branchNumber = "+493023125100"
	annasMail    = "anna@kunde.example"
)

var now = time.Date(2027, 3, 23, 9, 0, 0, 0, time.UTC)

// salon is a registered tenant with customers.
type salon struct {
	*customers.Service
	t    *testing.T
	db   *store.DB
	keys int
}

func open(t *testing.T, db *store.DB) *salon {
	t.Helper()
	require.NoError(t, tenancy.PutTenant(t.Context(), db.Tenant(tenant), tenancy.Tenant{
		ID: tenant, Slug: "kamm", Name: "Kamm", Kind: tenancy.Salon, Status: tenancy.Active, Locale: "de-DE", Currency: "EUR", MailDomain: "termine.kamm.example",
	}))
	require.NoError(t, tenancy.PutBranch(t.Context(), db.Tenant(tenant), tenancy.Branch{
		ID: branch, Slug: "mitte", Name: "Mitte", Phone: branchNumber, Zone: "Europe/Berlin", Region: "DE-BE",
	}))
	return &salon{Service: customers.NewService(db, customers.Config{}), t: t, db: db}
}

// each runs the test in a salon on each database.
func each(t *testing.T, test func(t *testing.T, s *salon)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, open(t, db)) }, customers.Migrations, tenancy.Migrations)
}

// inSalon runs the test on SQLite only: what does not depend on the dialect.
func inSalon(t *testing.T) *salon {
	t.Helper()
	return open(t, storetest.SQLite(t, customers.Migrations, tenancy.Migrations))
}

// key is another one each time.
func (s *salon) key() string {
	s.keys++
	return fmt.Sprintf("k%d", s.keys)
}

// known makes a customer as staff do.
func (s *salon) known(name string, phones []string, emails ...string) customers.Customer {
	s.t.Helper()
	c, _, err := s.Create(s.t.Context(), tenant, now, customers.NewCustomer{
		Key: s.key(), Name: name, Source: customers.SourceStaff, Phones: phones, Emails: emails, Verified: true,
	})
	require.NoError(s.t, err)
	return c
}

// call is a query of a caller whose number the network shows.
func (s *salon) call(number, name string) customer.Query {
	return customer.Query{Key: s.key(), Origin: appointment.Voice, Region: "DE-BE", NetworkNumber: number, Said: customer.Said{Name: name}}
}

// resolve asks twice, as happens when the first answer is lost, and wants the same
// answer and the same events.
func (s *salon) resolve(q customer.Query) (customer.Resolution, []events.Event) {
	s.t.Helper()
	first, announced, err := s.Resolve(s.t.Context(), tenant, now, q)
	require.NoError(s.t, err)
	before := storetest.Dump(s.t, s.db)
	second, again, err := s.Resolve(s.t.Context(), tenant, now.Add(time.Minute), q)
	require.NoError(s.t, err)
	require.Equal(s.t, first, second)
	require.Equal(s.t, announced, again)
	require.Equal(s.t, before, storetest.Dump(s.t, s.db), "the second time it changes nothing")
	return first, announced
}

func (s *salon) refused(q customer.Query, code string) *events.Refusal {
	s.t.Helper()
	before := storetest.Dump(s.t, s.db)
	_, announced, err := s.Resolve(s.t.Context(), tenant, now, q)
	refusal := requireRefusal(s.t, err, code)
	require.Empty(s.t, announced)
	if q.Said.Birthday == "" {
		require.Equal(s.t, before, storetest.Dump(s.t, s.db), "nothing has changed")
	}
	return refusal
}

// names are the types of events, in their order.
func names(announced []events.Event) []string {
	list := []string{}
	for _, e := range announced {
		list = append(list, e.EventName())
	}
	return list
}

// only returns the only event of a type.
func only[E events.Event](t *testing.T, announced []events.Event) E {
	t.Helper()
	var found []E
	for _, e := range announced {
		if e, ok := e.(E); ok {
			found = append(found, e)
		}
	}
	require.Len(t, found, 1, "of %v", names(announced))
	return found[0]
}

// contact returns a contact of a customer by its value.
func (s *salon) contact(customerID, value string) customer.Contact {
	s.t.Helper()
	profile, err := s.Profile(s.t.Context(), tenant, customerID)
	require.NoError(s.t, err)
	for _, c := range profile.Contacts {
		if c.Value == value {
			return c
		}
	}
	require.Fail(s.t, "no such contact", value)
	return customer.Contact{}
}

func (s *salon) count(ctx context.Context) int {
	s.t.Helper()
	n, err := store.One(ctx, s.db.Tenant(tenant), func(row store.Row) (n int, err error) { return n, row.Scan(&n) },
		`SELECT count(*) FROM customer WHERE tenant_id = $1`)
	require.NoError(s.t, err)
	return n
}
