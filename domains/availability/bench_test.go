package availability

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events/availability"
)

// BenchmarkFreeSlots asks for a month of one person: from the cache, which still
// compares versions with the store, and from the database. Ten times as many
// bookings must not take ten times as long.
func BenchmarkFreeSlots(b *testing.B) {
	for _, bookings := range []int{20, 200, 2000} {
		for _, source := range []string{"cache", "database"} {
			b.Run(fmt.Sprintf("%d/%s", bookings, source), func(b *testing.B) {
				s, ask := month(b, bookings)
				for b.Loop() {
					if source == "database" {
						s.cache.days = nil
					}
					ask()
				}
			})
		}
	}
}

// BenchmarkHold takes and gives back one time.
func BenchmarkHold(b *testing.B) {
	s, _ := month(b, 200)
	for b.Loop() {
		req := s.hold("", "2026-05-12 23:00", demand(15, "staff00"))
		req.Owner = req.HoldID
		_, _, err := s.Hold(b.Context(), tenant, s.now, req)
		require.NoError(b, err)
		_, _, err = s.Release(b.Context(), tenant, s.now, availability.ReleaseRequest{Owner: req.HoldID, Reason: "compensated"})
		require.NoError(b, err)
	}
}

// month is a person with so many bookings in 30 days, and the question.
func month(b *testing.B, bookings int) (*salon, func()) {
	b.Helper()
	config := store.Config{}
	config.DataDir = b.TempDir()
	db := store.New(config, []store.Migrations{Migrations, tenancy.Migrations}, slog.New(slog.DiscardHandler))
	require.NoError(b, db.Open(b.Context()))
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	s := open(b, db)
	staff := s.crowd(1, 0, 0)
	s.fill(staff, berlinTime("2026-05-11 00:00"), 20, bookings/20)
	d := demand(60, staff...)
	from := berlinTime("2026-05-11 00:00")
	return s, func() {
		got, err := s.FreeSlots(b.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: d, From: from, Until: from.Add(30 * 24 * time.Hour)})
		require.NoError(b, err)
		require.NotEmpty(b, got.Slots)
	}
}
