package appointments_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/eventstest"
)

const (
	tenant   = eventstest.Tenant
	other    = "7e57ab1e-0000-4000-8000-000000000002"
	berlin   = "7e57ab1e-0000-4000-8000-0000000000b1"
	munich   = "7e57ab1e-0000-4000-8000-0000000000b2"
	aylin    = "7e57ab1e-0000-4000-8000-0000000000a1"
	jonas    = "7e57ab1e-0000-4000-8000-0000000000a2"
	mila     = "7e57ab1e-0000-4000-8000-0000000000a3"
	leonie   = "7e57ab1e-0000-4000-8000-0000000000a4"
	cut      = "7e57ab1e-0000-4000-8000-0000000000c1" // 30 min, 32 €
	colour   = "7e57ab1e-0000-4000-8000-0000000000c2" // 45/45/30, 85 €
	perm     = "7e57ab1e-0000-4000-8000-0000000000c3" // the composite of the worked example
	vera     = "7e57ab1e-0000-4000-8000-0000000000d1"
	karl     = "7e57ab1e-0000-4000-8000-0000000000d2"
	phone    = "+491713920019"
	fewHours = 3 * time.Hour
)

// now is a Tuesday, 10:00 in Berlin, and starts the Tuesday after it at 10:00.
var (
	zone   = must(time.LoadLocation("Europe/Berlin"))
	now    = at("2027-03-23 10:00")
	starts = at("2027-03-30 10:00")
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// at reads a time of Berlin.
func at(text string) time.Time {
	return must(time.ParseInLocation("2006-01-02 15:04", text, zone)).UTC()
}

func ptr[T any](v T) *T { return &v }

// fixture is a salon with three people and three services.
type fixture struct {
	*appointments.Service
	t  *testing.T
	db *store.DB
}

func open(t *testing.T, db *store.DB) fixture {
	t.Helper()
	f := fixture{appointments.NewService(db), t, db}
	for _, id := range []string{tenant, other} {
		require.NoError(t, tenancy.PutTenant(t.Context(), db.Tenant(id), tenancy.Tenant{
			ID: id, Slug: "salon-" + id[len(id)-1:], Name: "Salon", Kind: tenancy.Salon, Status: tenancy.Active, Locale: "de-DE", Currency: "EUR",
		}))
	}
	for id, name := range map[string]string{berlin: "berlin", munich: "muenchen"} {
		require.NoError(t, tenancy.PutBranch(t.Context(), db.Tenant(tenant), tenancy.Branch{
			ID: id, Slug: name, Name: name, Address: "Probeweg 1", Phone: "+493023125100", Email: name + "@salon.example", Zone: "Europe/Berlin", Region: "DE-BE",
		}))
	}
	f.service(appointments.CatalogService{ID: cut, Name: "Herrenhaarschnitt", DurationMin: 30, PriceCents: 3200, Nestable: true})
	f.service(appointments.CatalogService{ID: colour, Name: "Ansatzfärbung", DurationMin: 120, PriceCents: 8500, Phases: processing(45, 45, 30)})
	f.service(appointments.CatalogService{ID: perm, Name: "Dauerwelle", DurationMin: 135, PriceCents: 9800, Phases: permPhases()})
	for id, name := range map[string]string{aylin: "Aylin", jonas: "Jonas", mila: "Mila"} {
		require.NoError(t, f.PutStaff(t.Context(), tenant, appointments.StaffMember{ID: id, BranchID: berlin, Name: name, Active: true, Bookable: true}))
	}
	require.NoError(t, f.PutStaff(t.Context(), tenant, appointments.StaffMember{ID: leonie, BranchID: munich, Name: "Leonie", Active: true, Bookable: true}))
	for _, service := range []string{cut, colour, perm} {
		f.assign(appointments.ServiceStaff{ServiceID: service, StaffID: aylin})
		f.assign(appointments.ServiceStaff{ServiceID: service, StaffID: jonas, Priority: 5})
	}
	require.NoError(t, f.SeedPolicies(t.Context(), tenant))
	return f
}

func permPhases() []appointments.PhaseDef {
	return []appointments.PhaseDef{
		{Kind: "busy", Key: "wind", Name: "Wickeln", Minutes: 50},
		{Kind: "free", Minutes: 15},
		{Kind: "busy", Key: "fix", Name: "Fixieren", Minutes: 5},
		{Kind: "free", Minutes: 10},
		{Kind: "busy", Key: "rinse", Name: "Spülen", Minutes: 15},
		{Kind: "busy", Key: "cut", Name: "Schneiden", Minutes: 40},
	}
}

// onSQLite is for what does not depend on the database.
func onSQLite(t *testing.T) fixture {
	t.Helper()
	t.Parallel()
	return open(t, storetest.SQLite(t, appointments.Migrations, tenancy.Migrations))
}

func onBoth(t *testing.T, test func(t *testing.T, f fixture)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, open(t, db)) }, appointments.Migrations, tenancy.Migrations)
}

func (f fixture) service(c appointments.CatalogService) {
	f.t.Helper()
	c.Active, c.Currency = true, "EUR"
	if c.CalendarMode == "" {
		c.CalendarMode = appointment.CalendarMirror
	}
	require.NoError(f.t, f.PutService(f.t.Context(), tenant, c))
}

func (f fixture) assign(a appointments.ServiceStaff) {
	f.t.Helper()
	a.CanBook = true
	require.NoError(f.t, f.PutServiceStaff(f.t.Context(), tenant, a))
}

func (f fixture) policy(level, id, kind, config string) {
	f.t.Helper()
	require.NoError(f.t, f.PutPolicy(f.t.Context(), tenant, appointments.Policy{Level: level, LevelID: id, Kind: kind, Config: json.RawMessage(config)}))
}

// The people who command.
var (
	caller    = appointment.By{Origin: appointment.Voice, ActorID: "call:1", CustomerID: vera, Assurance: appointment.ByPhone}
	stranger  = appointment.By{Origin: appointment.Voice, ActorID: "call:2", CustomerID: vera, Assurance: appointment.Claimed, PhoneOnFile: phone}
	onlineBy  = appointment.By{Origin: appointment.Portal, CustomerID: vera, Assurance: appointment.ByLogin}
	reception = appointment.By{Origin: appointment.Staff, Role: appointment.Reception, ActorID: "staff:9"}
	aylinBy   = appointment.By{Origin: appointment.Staff, Role: appointment.StaffRole, StaffID: aylin}
	clock     = appointment.By{Origin: appointment.System, Role: appointment.SystemRole}
	vendor    = appointment.By{Origin: appointment.Calendar}
)

// wish is Vera's request for a haircut, unless changed.
func wish(changes ...func(*appointment.BookRequest)) appointment.BookRequest {
	r := appointment.BookRequest{By: caller, BranchID: berlin, ServiceID: cut, StartsAt: starts, CallID: "call-1", CallerPhone: phone}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func forVera() appointment.BookedFor {
	return appointment.BookedFor{CustomerID: vera, Assurance: appointment.ByPhone}
}

func forKarl() appointment.BookedFor {
	return appointment.BookedFor{CustomerID: karl, Assurance: appointment.ByPhone}
}

func (f fixture) prepare(r appointment.BookRequest, who appointment.BookedFor) (appointment.Prepared, error) {
	f.t.Helper()
	p, _, err := f.Prepare(f.t.Context(), tenant, now, r, who)
	return p, err
}

// held lays the demand out as Availability would, with the first candidates.
func held(p appointment.Prepared) []appointment.Phase {
	var phases []appointment.Phase
	start := p.Request.StartsAt
	for _, d := range p.Demand.Phases {
		phase := appointment.Phase{Seq: d.Seq, Kind: d.Kind, SegmentKey: d.SegmentKey, StartsAt: start, EndsAt: start.Add(time.Duration(d.Minutes) * time.Minute)}
		if d.Kind == "busy" {
			phase.StaffID = d.Staff[0]
		}
		start = phase.EndsAt
		phases = append(phases, phase)
	}
	return phases
}

// book runs the whole booking, each step twice.
func (f fixture) book(r appointment.BookRequest, who appointment.BookedFor) (appointment.View, appointment.Created) {
	f.t.Helper()
	p, err := f.prepare(r, who)
	require.NoError(f.t, err)
	require.Nil(f.t, p.Existing)
	for range 2 {
		require.NoError(f.t, f.Record(f.t.Context(), tenant, now, p, held(p)))
	}
	view, announce, err := f.Confirm(f.t.Context(), tenant, now, p.AppointmentID, nil, appointment.CalendarPending)
	require.NoError(f.t, err)
	again, repeated, err := f.Confirm(f.t.Context(), tenant, now.Add(time.Second), p.AppointmentID, nil, appointment.CalendarPending)
	require.NoError(f.t, err)
	require.Equal(f.t, asJSON(view), asJSON(again))
	require.Equal(f.t, asJSON(announce), asJSON(repeated))
	require.Len(f.t, announce, 1)
	check(f.t, announce)
	return view, announce[0].(appointment.Created)
}

// move prepares and records a move.
func (f fixture) move(at time.Time, r appointment.MoveRequest) (appointment.View, []events.Event, error) {
	f.t.Helper()
	m, announce, err := f.PrepareMove(f.t.Context(), tenant, at, r)
	if err != nil {
		return appointment.View{}, announce, err
	}
	return f.RecordMove(f.t.Context(), tenant, at, m, shifted(m))
}

func shifted(m appointment.Move) []appointment.Phase {
	var phases []appointment.Phase
	for i, p := range m.Appointment.Phases {
		offset := m.StartsAt.Sub(m.Appointment.StartsAt)
		p.StartsAt, p.EndsAt = p.StartsAt.Add(offset), p.EndsAt.Add(offset)
		if len(m.Demand.Phases) > i && len(m.Demand.Phases[i].Staff) > 0 {
			p.StaffID = m.Demand.Phases[i].Staff[0]
		}
		phases = append(phases, p)
	}
	return phases
}

func command(id string, v appointment.View, by appointment.By) appointment.Command {
	return appointment.Command{ID: id, AppointmentID: v.AppointmentID, By: by}
}

func (f fixture) get(id string) appointment.View {
	f.t.Helper()
	v, err := f.Get(f.t.Context(), tenant, id)
	require.NoError(f.t, err)
	return v
}

func asJSON(v any) string { return string(must(json.Marshal(v))) }

// check seals the events, as whoever publishes them does.
func check(t *testing.T, announce []events.Event) {
	t.Helper()
	registry, err := events.NewRegistry(appointment.Types, nil)
	require.NoError(t, err)
	for _, e := range announce {
		env, err := events.Seal(e, events.Tenant(tenant))
		require.NoError(t, err)
		kind, ok := registry.Type(e.EventName())
		require.True(t, ok)
		require.NoError(t, kind.Check(env))
	}
}

func refusal(t *testing.T, err error, code string) *events.Refusal {
	t.Helper()
	r, ok := errors.AsType[*events.Refusal](err)
	require.True(t, ok, "refused with %s: %v", code, err)
	require.Equal(t, code, r.Code, r.Text)
	return r
}

// processing are the phases of a service with time in which nobody is needed.
func processing(before, pause, after int) []appointments.PhaseDef {
	return []appointments.PhaseDef{
		{Kind: availability.Busy, Minutes: before}, {Kind: availability.Free, Minutes: pause}, {Kind: availability.Busy, Minutes: after},
	}
}
