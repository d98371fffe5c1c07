package availability

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

const (
	tenant  = "0198c0de-0000-7000-8000-0000000000aa"
	another = "0198c0de-0000-7000-8000-0000000000bb"
	berlin  = "0198c0de-0000-7000-8000-000000000001"
	munich  = "0198c0de-0000-7000-8000-000000000002"
)

// A salon is a branch in Berlin, with ada who works on a Tuesday from 09 to 13 and
// from 14 to 18.
type salon struct {
	*Service
	t   testing.TB
	now time.Time
}

// each runs the test with a salon on every database.
func each(t *testing.T, test func(t *testing.T, s *salon)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, open(t, db)) }, Migrations, tenancy.Migrations)
}

// onSQLite runs it on one, where the dialect is of no account.
func onSQLite(t *testing.T) *salon {
	t.Helper()
	return open(t, storetest.SQLite(t, Migrations, tenancy.Migrations))
}

func open(t testing.TB, db *store.DB) *salon {
	t.Helper()
	s := &salon{NewService(db), t, at("2026-05-04T08:00:00Z")}
	s.branch(berlin, "berlin", "DE-BE")
	s.works("ada", berlin, 2, "09:00", "13:00", "14:00", "18:00")
	return s
}

func (s *salon) branch(id, slug, region string) {
	s.t.Helper()
	scope := s.db.Tenant(tenant)
	require.NoError(s.t, tenancy.PutTenant(s.t.Context(), scope, tenancy.Tenant{ID: tenant, Slug: "kamm", Name: "Kamm", Kind: tenancy.Salon, Status: tenancy.Active, Locale: "de-DE", Currency: "EUR"}))
	require.NoError(s.t, tenancy.PutBranch(s.t.Context(), scope, tenancy.Branch{ID: id, Slug: slug, Name: slug, Zone: "Europe/Berlin", Region: region}))
}

// works replaces a person's hours: those of one weekday, from, to, from, to.
func (s *salon) works(staff, branch string, weekday int, times ...string) {
	s.t.Helper()
	var intervals []availability.Interval
	for i := 0; i < len(times); i += 2 {
		intervals = append(intervals, availability.Interval{Weekday: weekday, Start: times[i], End: times[i+1]})
	}
	_, _, err := s.SetWorking(s.t.Context(), tenant, s.now, availability.WorkingRequest{StaffID: staff, BranchID: branch, Intervals: intervals})
	require.NoError(s.t, err)
}

// demand is for one busy phase of the given minutes.
func demand(minutes int, staff ...string) availability.Demand {
	return availability.Demand{BranchID: berlin, ServiceID: "cut", MaxDays: 3650, Phases: []availability.Phase{
		{Kind: availability.Busy, Minutes: minutes, Staff: staff, SamePersonAs: -1},
	}}
}

// pausing is a demand of busy, pause and busy minutes, all with the same person.
func pausing(kind string, first, pause, last int, staff ...string) availability.Demand {
	d := demand(first, staff...)
	d.ServiceID = "colour"
	d.Phases = append(d.Phases,
		availability.Phase{Seq: 1, Kind: kind, Minutes: pause, SamePersonAs: 0},
		availability.Phase{Seq: 2, Kind: availability.Busy, Minutes: last, SamePersonAs: 0})
	return d
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// berlinTime is a local one, such as 2026-05-05 10:00.
func berlinTime(text string) time.Time {
	loc, err := location("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// starts asks for all starts of a local date, and says them as local times.
func (s *salon) starts(date string, d availability.Demand) []string {
	s.t.Helper()
	d0, err := parseDay(date)
	require.NoError(s.t, err)
	whole := d0.bounds(mustZone(s.t, "Europe/Berlin"))
	got, err := s.FreeSlots(s.t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: d, From: instant(whole.from), Until: instant(whole.to)})
	require.NoError(s.t, err)
	return clocks(got.Slots)
}

func clocks(slots []availability.Slot) []string {
	var found []string
	for _, slot := range slots {
		offset, err := time.Parse("-07:00", slot.Offset)
		if err != nil {
			panic(err)
		}
		found = append(found, slot.StartsAt.In(offset.Location()).Format("15:04"))
	}
	return found
}

// hold is a session's request, each with an id of its own.
func (s *salon) hold(session, start string, d availability.Demand) availability.HoldRequest {
	return availability.HoldRequest{HoldID: uuid.NewString(), Session: session, Channel: "voice", Demand: d, Start: berlinTime(start)}
}

func (s *salon) holds(req availability.HoldRequest) availability.Hold {
	s.t.Helper()
	held, _, err := s.Hold(s.t.Context(), tenant, s.now, req)
	require.NoError(s.t, err)
	return held
}

// books holds and converts for a new appointment, whose id it returns.
func (s *salon) books(start string, d availability.Demand) string {
	s.t.Helper()
	appointment := uuid.NewString()
	req := s.hold("", start, d)
	req.Owner = appointment
	s.holds(req)
	_, _, err := s.Convert(s.t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: appointment})
	require.NoError(s.t, err)
	return appointment
}

func (s *salon) check(start string, d availability.Demand) error {
	_, err := s.Check(s.t.Context(), tenant, s.now, availability.CheckRequest{Demand: d, Start: berlinTime(start)})
	return err
}

// code is a refusal's; empty for no error.
func code(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var r *events.Refusal
	require.ErrorAs(t, err, &r)
	require.NotEmpty(t, r.Text)
	return r.Code
}

func facts(t *testing.T, err error) map[string]string {
	t.Helper()
	var r *events.Refusal
	require.ErrorAs(t, err, &r)
	return r.Facts
}
