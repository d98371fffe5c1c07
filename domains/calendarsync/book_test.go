package calendarsync_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/calendarsync"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// vendor answers every call with an error, or holds what was asked for but for a
// change.
type vendor struct {
	err    error
	change func(*calendarsync.Entry)
}

func (v vendor) Put(_ context.Context, _ string, b calendarsync.Booking) (calendarsync.Entry, error) {
	held := calendarsync.Entry{UID: "uid-1", StartsAt: b.StartsAt, EndsAt: b.EndsAt, Metadata: b.Metadata}
	if v.change != nil {
		v.change(&held)
	}
	return held, v.err
}

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

			_, err := calendarsync.NewDesk(vendor{err: c.err}).Book(t.Context(), "k", appointment.Ref{AppointmentID: "a"})

			refusal, refused := errors.AsType[*events.Refusal](err)
			require.Equal(t, c.refused, refused)
			if refused {
				require.Equal(t, "calendar_conflict", refusal.Code)
			}
		})
	}
	uids, err := calendarsync.NewDesk(vendor{}).Book(t.Context(), "k", appointment.Ref{AppointmentID: "a"})
	require.NoError(t, err)
	require.Equal(t, []string{"uid-1"}, uids)
}

func TestAPT62_AnAnswerCountsIfItSaysWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	later := starts.Add(15 * time.Minute)
	for _, c := range []struct {
		field, says string
		change      func(*calendarsync.Entry)
	}{
		{"uid", `uid is ""`, func(e *calendarsync.Entry) { e.UID = "" }},
		{"starts_at", `starts_at is "2027-03-30T08:15:00Z" instead of "2027-03-30T08:00:00Z"`, func(e *calendarsync.Entry) { e.StartsAt = later }},
		{"ends_at", `ends_at is "2027-03-30T08:15:00Z" instead of "2027-03-30T09:00:00Z"`, func(e *calendarsync.Entry) { e.EndsAt = later }},
		{"herald_appointment_id", `herald_appointment_id is "a2" instead of "a1"`, func(e *calendarsync.Entry) { e.Metadata.AppointmentID = "a2" }},
		{"uid", `uid is ""`, func(e *calendarsync.Entry) { *e = calendarsync.Entry{} }},
	} {
		t.Run(c.field, func(t *testing.T) {
			t.Parallel()

			uids, err := calendarsync.NewDesk(vendor{change: c.change}).Book(t.Context(), "k", ref(1))

			no, refused := errors.AsType[*events.Refusal](err)
			require.True(t, refused, "%v", err)
			require.Equal(t, "calendar_conflict", no.Code)
			require.Equal(t, "APT-62", no.Rule)
			require.Equal(t, c.field, no.Facts["field"])
			require.Contains(t, no.Text, c.says)
			require.Equal(t, []string{"a1"}, uids, "something is there that has to go")
		})
	}
	zoned := vendor{change: func(e *calendarsync.Entry) { e.StartsAt = e.StartsAt.In(time.FixedZone("", 7200)) }}
	_, err := calendarsync.NewDesk(zoned).Book(t.Context(), "k", ref(1))
	require.NoError(t, err, "the same instant in other words")
}
