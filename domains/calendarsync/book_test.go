package calendarsync_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/calendarsync"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// vendor answers every call with an error, or with none.
type vendor struct{ err error }

func (v vendor) Put(context.Context, string, calendarsync.Booking) error { return v.err }

func (v vendor) Delete(context.Context, string, string) error { return v.err }

func TestTheDeskTellsARefusalFromAnOutage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		err     error
		refused bool
	}{
		{"taken", calendarsync.ErrTaken, true},
		{"refused for good", events.Permanent(errors.New("422")), true},
		{"away", errors.New("503"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			_, err := calendarsync.NewDesk(vendor{c.err}).Book(t.Context(), "k", appointment.Ref{AppointmentID: "a"})

			refusal, refused := errors.AsType[*events.Refusal](err)
			require.Equal(t, c.refused, refused)
			if refused {
				require.Equal(t, "calendar_conflict", refusal.Code)
			}
		})
	}
	uids, err := calendarsync.NewDesk(vendor{}).Book(t.Context(), "k", appointment.Ref{AppointmentID: "a"})
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, uids)
}
