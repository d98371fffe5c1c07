package customers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

const days = 24 * time.Hour

// visit is an appointment of a customer, its start so many days from now.
func visit(id, customerID string, inDays, version int, status appointment.Status) customers.Visit {
	starts := now.Add(time.Duration(inDays) * days)
	return customers.Visit{
		Key: id + string(status) + string(rune('0'+version)), At: starts.Add(-2 * days),
		Ref: appointment.Ref{
			AppointmentID: id, Version: version, CustomerID: customerID, BranchID: branch, ServiceID: "herren", StaffIDs: []string{"aylin"},
			StartsAt: starts, EndsAt: starts.Add(30 * time.Minute), Zone: "Europe/Berlin", Status: status, Origin: appointment.Voice,
		},
	}
}

// track enters visits, each twice, and returns what the last one announced.
func (s *salon) track(visits ...customers.Visit) (last []string) {
	s.t.Helper()
	for _, v := range visits {
		first, err := s.TrackVisit(s.t.Context(), tenant, now, v)
		require.NoError(s.t, err)
		again, err := s.TrackVisit(s.t.Context(), tenant, now, v)
		require.NoError(s.t, err)
		require.Equal(s.t, first, again)
		last = names(first)
	}
	return last
}

func (s *salon) counters(customerID string) customers.Counters {
	s.t.Helper()
	n, err := s.Counters(s.t.Context(), tenant, now, customerID)
	require.NoError(s.t, err)
	return n
}

func priced(v customers.Visit, cents int64) customers.Visit {
	v.Price = &appointment.Money{Cents: cents, Currency: "EUR"}
	return v
}

func TestCUS53_CountersComeFromTheLedger(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", nil).ID
		late := visit("d", anna, -20, 2, appointment.StatusCancelled)
		late.CancelledBy, late.Late = "customer", true
		byUs := visit("e", anna, -19, 2, appointment.StatusCancelled)
		byUs.CancelledBy = "staff"
		moved := visit("f", anna, 3, 2, appointment.Confirmed)
		moved.Moved = true
		movedAgain := visit("f", anna, 4, 3, appointment.Confirmed)
		movedAgain.Moved = true
		s.track(
			priced(visit("a", anna, -100, 1, appointment.Completed), 3200), priced(visit("b", anna, -40, 1, appointment.Completed), 5400),
			visit("c", anna, -30, 1, appointment.NoShow), late, byUs, movedAgain, moved,
			priced(visit("g", anna, 5, 1, appointment.Pending), 1000),
		)

		n := s.counters(anna)

		n.Engagement = 0
		require.Equal(t, customers.Counters{
			Booked: 7, Completed: 2, Cancelled: 1, CancelledLate: 1, Rescheduled: 2, NoShow: 1, NoShowYear: 1,
			FirstVisitAt: now.Add(-100 * days), LastVisitAt: now.Add(-40 * days), NextAppointmentAt: now.Add(4 * days),
			RevenueCents: 8600, Currency: "EUR", CancelledRecently: 1, RescheduledRecently: 2,
		}, n)

		s.track(priced(visit("c", anna, -30, 2, appointment.Completed), 1800))
		n = s.counters(anna)
		require.Zero(t, n.NoShow, "a corrected status corrects the figures")
		require.Equal(t, 3, n.Completed)
		require.Equal(t, int64(10400), n.RevenueCents)
	})
}

// Example 10.
func TestCUS53_AnOlderVersionIsDropped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", nil).ID
		s.track(priced(visit("a", anna, -1, 4, appointment.Completed), 3200), visit("a", anna, -1, 3, appointment.NoShow))

		n := s.counters(anna)
		require.Zero(t, n.NoShow)
		require.Equal(t, 1, n.Completed)
	})
}

func TestCUS54_ThreeMissedVisitsAYearAskForAConfirmation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", nil).ID
		require.Empty(t, s.track(
			visit("old", anna, -366, 1, appointment.NoShow), visit("a", anna, -360, 1, appointment.NoShow), visit("b", anna, -10, 1, appointment.NoShow),
		))

		third := visit("c", anna, -2, 1, appointment.NoShow)
		announced, err := s.TrackVisit(t.Context(), tenant, now, third)
		require.NoError(t, err)
		require.Equal(t, customer.BookingRestricted{
			Ref: customer.Ref{CustomerID: anna}, Restriction: customer.ConfirmFirst, Reason: "no_shows", NoShowCount: 3,
		}, only[customer.BookingRestricted](t, announced))
		got, _ := s.resolve(customer.Query{Key: "q", Origin: appointment.Portal, LoginCustomerID: anna})
		require.Equal(t, customer.ConfirmFirst, got.Restriction)

		for range 2 {
			announced, err = s.ReviewRestrictions(t.Context(), tenant, now.Add(6*days), "2027-03-29")
			require.NoError(t, err)
			require.Equal(t, customer.Unrestricted, only[customer.BookingRestricted](t, announced).Restriction, "one has grown old")
		}
		require.Equal(t, []string{"customer.booking_restricted", "customer.updated"}, s.track(visit("d", anna, -1, 1, appointment.NoShow)))
		require.Equal(t, []string{"customer.booking_restricted", "customer.updated"}, s.track(visit("d", anna, -1, 2, appointment.Completed), visit("c", anna, -2, 2, appointment.Completed))[:2])
	})
}

func TestCUS54_WhatStaffSetTheRuleDoesNotLift(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", nil)
	_, _, err := s.Update(t.Context(), tenant, now, customers.Change{Key: "u", CustomerID: anna.ID, Version: 1, Restriction: new(customer.ConfirmFirst)})
	require.NoError(t, err)
	require.Empty(t, s.track(visit("a", anna.ID, -1, 1, appointment.Completed)))

	karl := s.known("Karl Muster", nil).ID
	require.NoError(t, s.PutSettings(t.Context(), tenant, customers.Settings{NoShowLimit: 0, IdleMonths: 36}))
	require.Empty(t, s.track(
		visit("b", karl, -3, 1, appointment.NoShow), visit("c", karl, -2, 1, appointment.NoShow), visit("d", karl, -1, 1, appointment.NoShow),
	), "0 turns the rule off")
	requireRefusal(t, s.PutSettings(t.Context(), tenant, customers.Settings{NoShowLimit: 11, IdleMonths: 36}), "setting_invalid")
}

func (s *salon) preferences(customerID string) customers.Preferences {
	s.t.Helper()
	p, err := s.Preferences(s.t.Context(), tenant, now, customerID)
	require.NoError(s.t, err)
	return p
}

func TestCUS55_WhatACustomerUsuallyBooks(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", nil).ID
	book := func(id string, inDays int, service, staff string, status appointment.Status) {
		v := visit(id, anna, inDays, 1, status)
		v.ServiceID, v.StaffIDs = service, []string{staff}
		s.track(v)
	}
	book("a", -50, "damen", "mila", appointment.Completed)
	book("b", -40, "damen", "mila", appointment.Completed)
	require.Equal(t, customers.Preferences{Visits: 2, Greeting: "plain"}, s.preferences(anna), "two are too few")

	book("c", -30, "farbe", "jonas", appointment.Completed)
	book("x", -29, "farbe", "jonas", appointment.StatusCancelled)
	book("y", -28, "farbe", "jonas", appointment.NoShow)
	require.Equal(t, customers.Preferences{ServiceID: "damen", ServiceConfidence: 0.67, StaffID: "mila", StaffConfidence: 0.67, Visits: 3, Greeting: "offer"}, s.preferences(anna))

	book("d", 2, "farbe", "jonas", appointment.Confirmed)
	require.Equal(t, "farbe", s.preferences(anna).ServiceID, "of two the one that was booked last")

	for i := range 20 {
		book("z"+string(rune('a'+i)), -20+i, "bart", "leo", appointment.Completed)
	}
	require.Equal(t, 20, s.preferences(anna).Visits)
	require.InDelta(t, 0.95, s.preferences(anna).ServiceConfidence, 0.001)
}

func TestCUS56_WhatTheGreetingDoesWithIt(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", []string{annasNumber}).ID
	for i, id := range []string{"a", "b", "c", "d"} {
		s.track(visit(id, anna, -10+i, 1, appointment.Completed))
	}
	other := visit("e", anna, -1, 1, appointment.Completed)
	other.ServiceID = "bart"
	s.track(other)
	caller := func() customer.Caller {
		c, err := s.Lookup(t.Context(), tenant, now, customers.LookupRequest{NetworkNumber: annasNumber})
		require.NoError(t, err)
		return c
	}
	require.Equal(t, customer.GreetNaming, caller().Greeting, "0.80")
	require.Equal(t, "herren", *caller().ServiceID)

	s.track(func() customers.Visit {
		v := visit("f", anna, 0, 1, appointment.Completed)
		v.ServiceID = "bart"
		return v
	}())
	require.Equal(t, customer.GreetOffering, caller().Greeting, "0.67")

	practice, err := tenancy.FindTenant(t.Context(), s.db.Tenant(tenant))
	require.NoError(t, err)
	practice.Kind = tenancy.Practice
	require.NoError(t, tenancy.PutTenant(t.Context(), s.db.Tenant(tenant), practice))
	require.Equal(t, customer.GreetPlainly, caller().Greeting, "a practice says nothing about visits")
}

func TestCUS57_EngagementAndRisk(t *testing.T) {
	t.Parallel()
	s := inSalon(t)
	anna := s.known("Anna Müller", nil)
	require.Zero(t, s.counters(anna.ID).Engagement)
	require.False(t, s.counters(anna.ID).AtRisk, "who never came is not lost")

	s.track(visit("a", anna.ID, -91, 1, appointment.Completed), visit("b", anna.ID, -95, 1, appointment.NoShow))
	require.Equal(t, 20+5-5, s.counters(anna.ID).Engagement)
	require.True(t, s.counters(anna.ID).AtRisk)

	require.NoError(t, s.NoteContact(t.Context(), tenant, "call-1", anna.ID, now.Add(-10*days)))
	require.NoError(t, s.NoteContact(t.Context(), tenant, "call-1", anna.ID, now.Add(-10*days)))
	require.False(t, s.counters(anna.ID).AtRisk)
	require.Equal(t, 20+5-5+3+10, s.counters(anna.ID).Engagement)

	s.track(visit("c", anna.ID, -30, 1, appointment.Completed))
	_, _, err := s.Update(t.Context(), tenant, now, customers.Change{Key: "v", CustomerID: anna.ID, Version: anna.Version, VIP: new(true)})
	require.NoError(t, err)
	require.Equal(t, 30+10-5+3+10+20+50, s.counters(anna.ID).Engagement)

	karl := s.known("Karl Muster", nil).ID
	require.NoError(t, s.NoteContact(t.Context(), tenant, "call-1", karl, now), "the call was his")
	require.Zero(t, s.counters(anna.ID).Calls)
	require.Equal(t, 1, s.counters(karl).Calls)
}
