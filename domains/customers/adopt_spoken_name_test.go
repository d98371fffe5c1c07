package customers_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
)

// analyzed is the first analysis of a call in which a name was heard.
func analyzed(callID, name string, confidence int) call.Analyzed {
	return call.Analyzed{
		Ref: call.Ref{CallID: callID, BranchID: branch, Zone: "Europe/Berlin"}, Revision: 1, Outcome: "other", OutcomeSource: "analysis",
		EndClass: call.EndCaller, SaidName: &call.SaidName{Value: name, Source: "analysis", Confidence: confidence},
	}
}

// hear has somebody call from a number and say a name.
func (s *salon) hear(callID, number, name string, confidence int) []events.Envelope {
	s.t.Helper()
	s.twice(customers.NewIdentifyCaller(s.Service), started(callID, number, "presented"))
	return s.twice(customers.NewAdoptSpokenName(s.Service), analyzed(callID, name, confidence))
}

func TestCUS39_APlaceholderIsNamedByTheNameHeard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		c, _, err := s.Create(t.Context(), tenant, now, customers.NewCustomer{
			Key: "import", Name: "Unbekannt #1234", Source: customers.SourceImport, Placeholder: true, Phones: []string{annasNumber},
		})
		require.NoError(t, err)
		require.Empty(t, s.hear("call-1", annasNumber, "Anna Müller", 50), "too unsure")
		require.Empty(t, s.hear("call-2", annasNumber, "unbekannt", 99), "nobody's name")

		emitted := s.hear("call-3", annasNumber, "frau anna müller", 60)

		require.Len(t, emitted, 1, "the call was the placeholder's already")
		var e customer.Updated
		require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
		require.Equal(t, []string{"name"}, e.Changed)
		require.Equal(t, []string{c.ID, "Anna Müller", "frau"}, []string{e.CustomerID, e.DisplayName, e.Salutation})
		require.False(t, e.Placeholder)
		require.Empty(t, s.hear("call-4", annasNumber, "Karl Muster", 99), "a real name stays")
		require.Empty(t, s.hear("call-5", newNumber, "Karl Muster", 99))
		require.Equal(t, 1, s.count(t.Context()), "a call makes nobody a customer")
		require.Empty(t, s.twice(customers.NewAdoptSpokenName(s.Service), analyzed("call-6", "Anna Müller", 99)), "nobody has heard of the call")
		silent := analyzed("call-4", "", 99)
		silent.SaidName = nil
		require.Empty(t, s.twice(customers.NewAdoptSpokenName(s.Service), silent))
	})
}

func TestCUS28_ANameHeardSaysWhoseCallItWas(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna := s.known("Anna Muster", []string{sharedNumber})
		s.known("Peter Schulz", []string{sharedNumber})
		require.Empty(t, s.hear("call-1", sharedNumber, "Karl Testmann", 99), "neither of them")

		emitted := s.hear("call-2", sharedNumber, "Anna Muster", 95)

		require.Len(t, emitted, 1)
		require.JSONEq(t, `{"customer_id": "`+anna.ID+`", "call_id": "call-2", "method": "phone_name", "confidence": 95, "assurance": "phone", "attendee_differs": false}`, string(emitted[0].Data))
		again := analyzed("call-2", "Peter Schulz", 99)
		again.Revision = 2
		require.Empty(t, s.twice(customers.NewAdoptSpokenName(s.Service), again), "once a call")
		require.Equal(t, 1, strings.Count(storetest.Dump(t, s.db), "number="+sharedNumber), "kept for the call that is nobody's")
	})
}
