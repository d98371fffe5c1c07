package customer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

func TestAnIdentificationSaysOfWhatAndHow(t *testing.T) {
	t.Parallel()
	fine := customer.Identified{CallID: "c", Method: customer.ByPhone, Confidence: 100, Assurance: customer.AssuredPhone}
	require.NoError(t, fine.Validate())
	for problem, bad := range map[string]func(e *customer.Identified){
		"call_id":    func(e *customer.Identified) { e.CallID = "" },
		"confidence": func(e *customer.Identified) { e.Confidence = 101 },
		"method":     func(e *customer.Identified) { e.Method = "luck" },
		"assurance":  func(e *customer.Identified) { e.Assurance = "hope" },
	} {
		e := fine
		bad(&e)
		require.ErrorContains(t, e.Validate(), problem)
	}
	require.ErrorContains(t, customer.BookingRestricted{Restriction: "never"}.Validate(), "never")
}

func TestAMergeIsAboutTheCustomerThatRemains(t *testing.T) {
	t.Parallel()
	for _, e := range []events.Event{customer.Merged{PrimaryID: "p", DuplicateID: "d"}, customer.Unmerged{PrimaryID: "p", RestoredID: "d"}} {
		require.Equal(t, "p", e.AggregateID())
	}
}
