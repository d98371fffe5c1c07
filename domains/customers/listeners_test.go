package customers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventstest"
)

// twice delivers an event twice and wants one effect.
func (s *salon) twice(l events.Listener, e events.Event) []events.Envelope {
	s.t.Helper()
	emitted := eventstest.RunTwice(s.t, l, e, events.Tenant(tenant), events.OccurredAt(now))
	return emitted
}

func started(callID, number, callerID string) call.Started {
	return call.Started{
		Ref: call.Ref{CallID: callID, BranchID: branch, Zone: "Europe/Berlin"}, Direction: "inbound", Kind: "customer",
		CallerID: callerID, FromNumber: number, ToNumber: branchNumber, Language: "de", StartedAt: now,
	}
}

func TestIdentifyCaller(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", []string{annasNumber})
		s.known("Peter Schulz", []string{sharedNumber})
		s.known("Petra Schulz", []string{sharedNumber})
		listener := customers.NewIdentifyCaller(s.Service)

		emitted := s.twice(listener, started("call-1", annasNumber, "presented"))

		require.Len(t, emitted, 1)
		require.JSONEq(t, `{"customer_id": "`+anna.ID+`", "call_id": "call-1", "method": "phone", "confidence": 100, "assurance": "phone", "attendee_differs": false}`, string(emitted[0].Data))
		require.Empty(t, s.twice(listener, started("call-2", sharedNumber, "presented")), "ambiguous")
		require.Empty(t, s.twice(listener, started("call-3", newNumber, "presented")), "unknown")
		require.Empty(t, s.twice(listener, started("call-4", annasNumber, "withheld")))
		require.Equal(t, 3, s.count(t.Context()), "a call makes nobody a customer")

		booking := s.call(annasNumber, "Anna Müller")
		booking.CallID = "call-1"
		_, announced := s.resolve(booking)
		require.Empty(t, announced, "the call is identified already")

		outbound := started("call-5", branchNumber, "presented")
		outbound.Direction, outbound.ToNumber = "outbound", annasNumber
		require.Len(t, s.twice(listener, outbound), 1)
	})
}

func linked(callID, customerID string) call.CustomerLinked {
	return call.CustomerLinked{Ref: call.Ref{CallID: callID, BranchID: branch, Zone: "Europe/Berlin"}, CustomerID: customerID, Method: "phone", Confidence: 100}
}

func TestACallCountsForItsCustomer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna, bea := s.known("Anna Müller", nil).ID, s.known("Bea Muster", nil).ID
		listener := customers.NewNoteContact(s.Service)
		link := func(customerID string, at time.Time) {
			require.Empty(t, eventstest.RunTwice(t, listener, linked("call-1", customerID), events.Tenant(tenant), events.OccurredAt(at)))
		}

		link(anna, now)
		require.Equal(t, 1, s.counters(anna).Calls)
		link(bea, now.Add(time.Hour))
		require.Zero(t, s.counters(anna).Calls, "it was another customer's")
		require.Equal(t, now, s.counters(bea).LastCallAt, "when it was, stays")
		link(anna, now.Add(time.Minute))
		require.Equal(t, 1, s.counters(bea).Calls, "what was said before comes late")

		before := storetest.Dump(t, s.db)
		require.Empty(t, s.twice(listener, linked("call-2", "0198c0de-0000-7000-8000-00000000dead")))
		require.Equal(t, before, storetest.Dump(t, s.db), "nobody")
	})
}

func TestTrackVisitListeners(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Müller", nil).ID
		ref := visit("a", anna, 1, 1, appointment.Confirmed).Ref
		cancelled := ref
		cancelled.Version, cancelled.Status = 2, appointment.StatusCancelled

		require.Empty(t, s.twice(customers.NewTrackCreated(s.Service), appointment.Created{Ref: ref, Price: appointment.Money{Cents: 3200, Currency: "EUR"}}))
		require.Equal(t, 1, s.counters(anna).Booked)
		require.Empty(t, s.twice(customers.NewTrackCancelled(s.Service), appointment.Cancelled{Ref: cancelled, CancelledBy: "customer"}))
		require.Equal(t, 1, s.counters(anna).CancelledLate)

		at := func(id string, version int, status appointment.Status) appointment.Ref {
			return visit(id, anna, 1, version, status).Ref
		}
		require.Empty(t, s.twice(customers.NewTrackCreated(s.Service), appointment.Created{Ref: at("b", 1, appointment.Pending)}))
		require.Empty(t, s.twice(customers.NewTrackConfirmed(s.Service), appointment.BecameConfirmed{Ref: at("b", 2, appointment.Confirmed)}))
		require.Empty(t, s.twice(customers.NewTrackRescheduled(s.Service), appointment.Rescheduled{Ref: at("b", 3, appointment.Confirmed)}))
		updated := appointment.Updated{Ref: at("b", 4, appointment.Confirmed), After: appointment.Details{Price: appointment.Money{Cents: 4100, Currency: "EUR"}}}
		require.Empty(t, s.twice(customers.NewTrackUpdated(s.Service), updated))
		require.Contains(t, storetest.Dump(t, s.db), "price_cents=4100")
		completed := appointment.BecameCompleted{Ref: at("b", 5, appointment.Completed), Price: appointment.Money{Cents: 4500, Currency: "EUR"}}
		require.Empty(t, s.twice(customers.NewTrackCompleted(s.Service), completed))
		require.Contains(t, storetest.Dump(t, s.db), "price_cents=4500")
		require.Empty(t, s.twice(customers.NewTrackNoShow(s.Service), appointment.BecameNoShow{Ref: at("b", 6, appointment.NoShow)}))
		require.Contains(t, storetest.Dump(t, s.db), "status=no_show")

		ref.CustomerID = "0198c0de-0000-7000-8000-00000000dead"
		require.Empty(t, s.twice(customers.NewTrackCreated(s.Service), appointment.Created{Ref: ref}), "the visits of a customer whom nobody knows are kept")
	})
}

func TestCUS45_WhoMayBeTheSamePerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		create := func(name, birthday string, phones ...string) (customers.Customer, customer.Created) {
			c, announced, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{Key: s.key(), Name: name, Birthday: birthday, Source: customers.SourceStaff, Phones: phones})
			require.NoError(t, err)
			return c, only[customer.Created](t, announced)
		}
		search := func(created customer.Created) []events.Envelope {
			return s.twice(customers.NewSearchDuplicatesOfNew(s.Service), created)
		}
		anna, event := create("Anna Müller", "1980-04-30", annasNumber)
		require.Empty(t, search(event))

		same, event := create("Anne Müller", "", annasNumber)
		require.JSONEq(t, `{"customer_id": "`+same.ID+`", "candidate_ids": ["`+anna.ID+`"], "reasons": ["phone"], "score": 69}`, string(search(event)[0].Data))
		born, event := create("Bea Mueller", "1980-04-30")
		require.JSONEq(t, `{"customer_id": "`+born.ID+`", "candidate_ids": ["`+anna.ID+`"], "reasons": ["birthday"], "score": 65}`, string(search(event)[0].Data))
		named, event := create("ANNA MUELLER", "")
		require.JSONEq(t, `{"customer_id": "`+named.ID+`", "candidate_ids": ["`+anna.ID+`"], "reasons": ["name"], "score": 55}`, string(search(event)[0].Data))
		_, event = create("Anna Müller", "1990-01-01")
		emitted := search(event)
		require.Len(t, emitted, 1)
		require.NotContains(t, string(emitted[0].Data), anna.ID, "the birthdays contradict")
		_, event = create("Karl Muster", "", annasNumber)
		require.Empty(t, search(event), "only the number is the same")

		require.NoError(t, s.DismissDuplicate(t.Context(), tenant, now, named.ID, anna.ID, "staff:7"))
		profile, err := s.Profile(t.Context(), tenant, named.ID)
		require.NoError(t, err)
		changed := customer.Updated{Profile: profile, Changed: []string{"name"}}
		emitted = s.twice(customers.NewSearchDuplicatesOfChanged(s.Service), changed)
		require.Len(t, emitted, 1)
		require.NotContains(t, string(emitted[0].Data), anna.ID, "staff have said no")
		changed.Changed = []string{"contact_state", "vip"}
		before := storetest.Dump(t, s.db)
		require.Empty(t, s.twice(customers.NewSearchDuplicatesOfChanged(s.Service), changed))
		require.Equal(t, before, storetest.Dump(t, s.db))
	})
}
