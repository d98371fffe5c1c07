package availability

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

var versionRows = regexp.MustCompile(`(?m)^\t.*version=.*\n`)

// withoutVersions leaves out the counters, which a repeated request raises again.
func withoutVersions(dump string) string { return versionRows.ReplaceAllString(dump, "") }

// moves takes an appointment to another start, and returns what is announced.
func (s *salon) moves(appointment, start string, d availability.Demand) []events.Event {
	s.t.Helper()
	req := s.hold("", start, d)
	req.Owner = appointment
	s.holds(req)
	_, announced, err := s.Move(s.t.Context(), tenant, s.now, availability.MoveRequest{AppointmentID: appointment, HoldID: req.HoldID})
	require.NoError(s.t, err)
	return announced
}

func TestAVL34_AHoldTakesAllOrNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("bea", berlin, 2, "09:00", "18:00")
		d := pausing(availability.Free, 30, 0, 30, "ada")
		d.Phases[2].Staff, d.Phases[2].SamePersonAs = []string{"bea"}, -1
		s.books("2026-05-05 10:30", demand(30, "bea"))
		before := storetest.Dump(t, s.db)

		_, announced, err := s.Hold(t.Context(), tenant, s.now, s.hold("s", "2026-05-05 10:00", d))
		require.Equal(t, "slot_taken", code(t, err))
		require.Empty(t, announced)
		require.Equal(t, before, storetest.Dump(t, s.db), "nothing of ada stays claimed")

		req := s.hold("s", "2026-05-05 11:00", d)
		held, announced, err := s.Hold(t.Context(), tenant, s.now, req)
		require.NoError(t, err)
		require.Equal(t, s.now.Add(5*time.Minute), held.ExpiresAt)
		require.Equal(t, []events.Event{availability.SlotHeld{
			HoldID: req.HoldID, Session: "s", Channel: "voice", BranchID: berlin, ServiceID: "colour", ExpiresAt: held.ExpiresAt,
			Spans: []availability.Span{
				{StaffID: "ada", StartsAt: berlinTime("2026-05-05 11:00"), EndsAt: berlinTime("2026-05-05 11:30")},
				{StaffID: "bea", StartsAt: berlinTime("2026-05-05 11:30"), EndsAt: berlinTime("2026-05-05 12:00")},
			},
		}}, announced)
		once := storetest.Dump(t, s.db)
		again, same, err := s.Hold(t.Context(), tenant, s.now.Add(time.Minute), req)
		require.NoError(t, err)
		require.Equal(t, held, again)
		require.Equal(t, announced, same)
		require.Equal(t, once, storetest.Dump(t, s.db))
	})
}

func TestAVL35_AHoldLastsFiveMinutesAndFifteenAtMost(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	req := s.hold("s", "2026-05-05 10:00", demand(60, "ada"))
	held := s.holds(req)
	_, err := s.Renew(t.Context(), tenant, s.now, availability.RenewRequest{HoldID: uuid.NewString(), Session: "s"})
	require.Equal(t, "hold_expired", code(t, err), "unknown")
	_, err = s.Renew(t.Context(), tenant, held.ExpiresAt, availability.RenewRequest{HoldID: req.HoldID, Session: "s"})
	require.Equal(t, "hold_expired", code(t, err))
}

func TestExample6_Hold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		clock := func(text string) time.Time { return at("2026-05-04T" + text + "Z") }
		s.now = clock("10:00:00")
		req := s.hold("s", "2026-05-05 10:00", demand(60, "ada"))
		require.Equal(t, clock("10:05:00"), s.holds(req).ExpiresAt)
		for _, c := range [][2]string{{"10:04:00", "10:09:00"}, {"10:08:00", "10:13:00"}, {"10:12:00", "10:15:00"}, {"10:14:00", "10:15:00"}} {
			held, err := s.Renew(t.Context(), tenant, clock(c[0]), availability.RenewRequest{HoldID: req.HoldID, Session: "s"})
			require.NoError(t, err)
			require.Equal(t, clock(c[1]), held.ExpiresAt, c[0])
		}
		_, err := s.Renew(t.Context(), tenant, clock("10:15:01"), availability.RenewRequest{HoldID: req.HoldID, Session: "s"})
		require.Equal(t, "hold_expired", code(t, err))
		s.now = clock("10:15:00").Add(-time.Microsecond)
		_, _, err = s.Hold(t.Context(), tenant, s.now, s.hold("other", "2026-05-05 10:00", demand(60, "ada")))
		require.Equal(t, "slot_taken", code(t, err))
		s.now = clock("10:15:00")
		s.holds(s.hold("other", "2026-05-05 10:00", demand(60, "ada")))
	})
}

func TestAVL36_AnOfferKeepsOtherCustomersAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		d := demand(60, "ada")
		ask := func(session string, staff bool) []availability.Slot {
			got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{
				Asker: availability.Asker{Session: session, Staff: staff}, Demand: d, From: berlinTime("2026-05-05 00:00"), Until: berlinTime("2026-05-06 00:00"),
			})
			require.NoError(t, err)
			return got.Slots
		}
		all := ask("", false)
		require.Len(t, all, 26)
		mine := []availability.Slot{all[0], all[4], all[8], all[25]} // 09:00, 10:00, 11:00 and 17:00
		offer, err := s.Offer(t.Context(), tenant, s.now, availability.OfferRequest{Session: "me", Slots: mine})
		require.NoError(t, err)
		require.Equal(t, s.now.Add(2*time.Minute), offer.ExpiresAt)

		require.Len(t, ask("me", false), 26)
		require.Len(t, ask("you", true), 26, "staff see through it")
		require.Equal(t, []string{"12:00"}, clocks(ask("you", false))[:1], "the fourth is not covered")
		require.Len(t, ask("you", false), 14)
		_, _, err = s.Hold(t.Context(), tenant, s.now, s.hold("you", "2026-05-05 10:30", d))
		require.Equal(t, "slot_taken", code(t, err))
		_, err = s.Offer(t.Context(), tenant, s.now, availability.OfferRequest{Session: "you", Slots: all[3:5]})
		require.Equal(t, "slot_taken", code(t, err))
		require.ErrorContains(t, err, all[3].StartsAt.Format(time.RFC3339), "it names which")
		_, err = s.Offer(t.Context(), tenant, s.now, availability.OfferRequest{Session: "me", Slots: all[20:21]})
		require.NoError(t, err)
		require.Contains(t, clocks(ask("you", false)), "10:30", "the next offer replaces it")
		s.holds(s.hold("you", "2026-05-05 10:30", d))
		s.now = s.now.Add(2 * time.Minute)
		require.Contains(t, clocks(ask("", false)), "16:00")
	})
}

func TestAVL37_ASessionHasOneHold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		first, second := s.hold("s", "2026-05-05 10:00", demand(60, "ada")), s.hold("s", "2026-05-05 10:30", demand(60, "ada"))
		s.holds(first)
		_, announced, err := s.Hold(t.Context(), tenant, s.now, second)
		require.NoError(t, err)
		require.Len(t, announced, 2)
		released, ok := announced[0].(availability.SlotReleased)
		require.True(t, ok)
		require.Equal(t, []string{first.HoldID, "replaced"}, []string{released.HoldID, released.Reason})
		_, again, err := s.Hold(t.Context(), tenant, s.now, second)
		require.NoError(t, err)
		require.Equal(t, announced, again)
		require.NoError(t, s.check("2026-05-05 09:30", demand(60, "ada")))
		_, _, err = s.Hold(t.Context(), tenant, s.now, first)
		require.Equal(t, "hold_expired", code(t, err))
		for range 8 {
			s.holds(s.hold("s", "2026-05-05 10:00", demand(60, "ada")))
		}
		_, _, err = s.Hold(t.Context(), tenant, s.now, s.hold("s", "2026-05-05 12:00", demand(60, "ada")))
		require.Equal(t, "too_many_holds", code(t, err), "the eleventh in half an hour")
		s.now = s.now.Add(30 * time.Minute)
		s.holds(s.hold("s", "2026-05-05 10:00", demand(60, "ada")))

		phone := func(session, start string, staff bool) error {
			req := s.hold(session, start, demand(30, "ada"))
			req.Phone, req.Staff = "+491713920010", staff
			_, _, err := s.Hold(t.Context(), tenant, s.now, req)
			return err
		}
		require.NoError(t, phone("one", "2026-05-05 14:00", false))
		require.NoError(t, phone("two", "2026-05-05 15:00", false))
		require.Equal(t, "too_many_holds", code(t, phone("three", "2026-05-05 16:00", false)))
		require.NoError(t, phone("two", "2026-05-05 16:00", false), "its own is replaced")
		require.NoError(t, phone("desk", "2026-05-05 17:00", true))
	})
}

func TestAVL38_OnlyItsOwnerMayChangeAHold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		req := s.hold("s", "2026-05-05 10:00", demand(60, "ada"))
		s.holds(req)
		_, err := s.Renew(t.Context(), tenant, s.now, availability.RenewRequest{HoldID: req.HoldID, Session: "x"})
		require.Equal(t, "hold_not_yours", code(t, err))
		_, _, err = s.Release(t.Context(), tenant, s.now, availability.ReleaseRequest{HoldID: req.HoldID, Session: "x", Reason: "abandoned"})
		require.Equal(t, "hold_not_yours", code(t, err))
		_, _, err = s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: "a", Session: "x"})
		require.Equal(t, "hold_not_yours", code(t, err))
		_, _, err = s.Hold(t.Context(), tenant, s.now, func() availability.HoldRequest { r := req; r.Session = "x"; return r }())
		require.Equal(t, "hold_not_yours", code(t, err))

		mine := availability.ReleaseRequest{HoldID: req.HoldID, Session: "s", Reason: "abandoned"}
		released, announced, err := s.Release(t.Context(), tenant, s.now, mine)
		require.NoError(t, err)
		require.Len(t, announced, 1)
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")))
		twice, again, err := s.Release(t.Context(), tenant, s.now.Add(time.Minute), mine)
		require.NoError(t, err, "releasing twice is a success")
		require.Equal(t, announced, again)
		require.Equal(t, released, twice)
		_, _, err = s.Release(t.Context(), tenant, s.now, availability.ReleaseRequest{HoldID: req.HoldID, Session: "s", Reason: "boredom"})
		require.Error(t, err)
	})
}

func TestAVL39_AnExpiredHoldNeverBlocksAndIsAnnouncedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		first, second := s.hold("s", "2026-05-05 10:00", demand(60, "ada")), s.hold("t", "2026-05-05 14:00", demand(60, "ada"))
		s.holds(first)
		s.holds(second)
		s.now = s.now.Add(5 * time.Minute)
		none, err := s.Expire(t.Context(), tenant, s.now.Add(-time.Second), availability.ExpireRequest{})
		require.NoError(t, err)
		require.Empty(t, none, "not before its time")

		s.holds(s.hold("other", "2026-05-05 10:30", demand(60, "ada"))) // releases the first by itself
		announced, err := s.Expire(t.Context(), tenant, s.now, availability.ExpireRequest{HoldID: first.HoldID})
		require.NoError(t, err)
		require.Len(t, announced, 1)
		released, ok := announced[0].(availability.SlotReleased)
		require.True(t, ok)
		require.Equal(t, []string{first.HoldID, "expired"}, []string{released.HoldID, released.Reason})
		same, err := s.Expire(t.Context(), tenant, s.now, availability.ExpireRequest{HoldID: first.HoldID})
		require.NoError(t, err)
		require.Equal(t, announced, same, "the same run again")

		swept, err := s.Expire(t.Context(), tenant, s.now.Add(time.Second), availability.ExpireRequest{})
		require.NoError(t, err)
		require.Len(t, swept, 1, "the second only: the first was announced")
		swept, err = s.Expire(t.Context(), tenant, s.now.Add(time.Minute), availability.ExpireRequest{})
		require.NoError(t, err)
		require.Empty(t, swept)
	})
}

func TestAVL40_ConvertingAfterExpirySucceedsIfTheTimeIsFree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		convert := func(req availability.HoldRequest) ([]events.Event, error) {
			_, announced, err := s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: "of " + req.HoldID, Session: req.Session})
			return announced, err
		}
		late, swept, gone := s.hold("a", "2026-05-05 09:00", demand(60, "ada")), s.hold("b", "2026-05-05 11:00", demand(60, "ada")), s.hold("c", "2026-05-05 14:00", demand(60, "ada"))
		for _, req := range []availability.HoldRequest{late, swept, gone} {
			s.holds(req)
		}
		s.now = s.now.Add(time.Hour)
		announced, err := convert(late)
		require.NoError(t, err, "nobody has noticed that it ran out")
		require.Equal(t, []events.Event{availability.SlotBooked{
			AppointmentID: "of " + late.HoldID, HoldID: late.HoldID, BranchID: berlin, ServiceID: "cut",
			Spans: []availability.Span{{StaffID: "ada", StartsAt: berlinTime("2026-05-05 09:00"), EndsAt: berlinTime("2026-05-05 10:00")}},
		}}, announced)
		again, err := convert(late)
		require.NoError(t, err)
		require.Equal(t, announced, again)
		_, _, err = s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: late.HoldID, AppointmentID: "b", Session: "a"})
		require.Equal(t, "hold_not_yours", code(t, err))

		_, err = s.Expire(t.Context(), tenant, s.now, availability.ExpireRequest{})
		require.NoError(t, err)
		_, err = convert(swept)
		require.NoError(t, err, "given back, and still free")
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 11:30", demand(60, "ada"))))
		s.books("2026-05-05 14:30", demand(60, "ada"))
		_, err = convert(gone)
		require.Equal(t, "hold_lost", code(t, err))
		_, err = convert(s.hold("x", "2026-05-05 14:00", demand(60, "ada")))
		require.Equal(t, "hold_lost", code(t, err), "unknown")
	})
}

func TestAVL41_ABookingAtWorkTakesTheHoldOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		session := s.hold("call", "2026-05-05 10:00", demand(60, "ada"))
		s.holds(session)
		taking := session
		taking.HoldID, taking.Owner = uuid.NewString(), uuid.NewString()

		held, announced, err := s.Hold(t.Context(), tenant, s.now, taking)
		require.NoError(t, err)
		require.Empty(t, announced, "it is nobody's business")
		require.Equal(t, s.now.Add(20*time.Minute), held.ExpiresAt)
		released, announced, err := s.Release(t.Context(), tenant, s.now, availability.ReleaseRequest{Session: "call", Reason: "abandoned"})
		require.NoError(t, err)
		require.Empty(t, released.Spans, "the end of the call releases nothing")
		require.Empty(t, announced)
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 10:00", demand(60, "ada"))))

		longer, err := s.Renew(t.Context(), tenant, s.now, availability.RenewRequest{HoldID: taking.HoldID, Owner: taking.Owner, Minutes: 120})
		require.NoError(t, err)
		require.Equal(t, s.now.Add(2*time.Hour), longer.ExpiresAt, "while a move awaits approval")
		back := availability.ReleaseRequest{Owner: taking.Owner, Reason: "compensated"}
		_, announced, err = s.Release(t.Context(), tenant, s.now, back)
		require.NoError(t, err)
		require.Len(t, announced, 1)
		_, again, err := s.Release(t.Context(), tenant, s.now.Add(time.Minute), back)
		require.NoError(t, err)
		require.Equal(t, announced, again)
		require.NoError(t, s.check("2026-05-05 10:00", demand(60, "ada")))

		abandoned := s.hold("call", "2026-05-05 10:00", demand(60, "ada"))
		s.holds(abandoned)
		_, announced, err = s.Release(t.Context(), tenant, s.now, availability.ReleaseRequest{Session: "call", Reason: "abandoned"})
		require.NoError(t, err)
		require.Len(t, announced, 1, "a hold that nobody took over ends with its call")
	})
}

func TestAVL41_WhoHoldsATimeIsNotTooLateForIt(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.now = berlinTime("2026-05-05 09:00")
	d := demand(60, "ada")
	d.Notice = 60
	s.holds(s.hold("call", "2026-05-05 10:00", d))
	s.now = s.now.Add(4 * time.Minute)
	require.Equal(t, "too_soon", code(t, s.check("2026-05-05 10:00", d)))
	taking := s.hold("call", "2026-05-05 10:00", d)
	taking.Owner = uuid.NewString()
	s.holds(taking)
}

func TestAVL43_AMovingAppointmentAlwaysHasATime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		d := demand(60, "ada")
		appointment := s.books("2026-05-05 15:00", d)
		req := s.hold("", "2026-05-05 15:30", d)
		req.Owner = appointment
		s.holds(req)
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 16:00", d)))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 14:30", d)))

		moved, announced, err := s.Move(t.Context(), tenant, s.now, availability.MoveRequest{AppointmentID: appointment, HoldID: req.HoldID})

		require.NoError(t, err)
		require.Equal(t, []availability.Span{{StaffID: "ada", StartsAt: berlinTime("2026-05-05 15:00"), EndsAt: berlinTime("2026-05-05 16:00")}}, moved.Released)
		require.Equal(t, berlinTime("2026-05-05 15:30"), moved.Spans[0].StartsAt)
		require.Len(t, announced, 2)
		require.Equal(t, availability.SlotReleased{
			Spans:    []availability.Span{{StaffID: "ada", StartsAt: berlinTime("2026-05-05 15:00"), EndsAt: berlinTime("2026-05-05 15:30")}},
			BranchID: berlin, ServiceID: "cut", AppointmentID: appointment, Reason: "rescheduled",
		}, announced[1], "only what nobody has now")
		dump := withoutVersions(storetest.Dump(t, s.db))
		same, again, err := s.Move(t.Context(), tenant, s.now.Add(time.Minute), availability.MoveRequest{AppointmentID: appointment, HoldID: req.HoldID})
		require.NoError(t, err)
		require.Equal(t, moved, same)
		require.Equal(t, announced, again)
		require.Equal(t, dump, withoutVersions(storetest.Dump(t, s.db)))
		require.NoError(t, s.check("2026-05-05 14:30", d))
		require.Equal(t, "slot_taken", code(t, s.check("2026-05-05 16:00", d)))

		_, _, err = s.Move(t.Context(), tenant, s.now, availability.MoveRequest{AppointmentID: appointment, HoldID: uuid.NewString()})
		require.Equal(t, "hold_lost", code(t, err))
		other := s.hold("s", "2026-05-05 09:00", d)
		s.holds(other)
		_, _, err = s.Move(t.Context(), tenant, s.now, availability.MoveRequest{AppointmentID: appointment, HoldID: other.HoldID})
		require.Equal(t, "hold_not_yours", code(t, err))
	})
}
