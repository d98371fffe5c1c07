package domains

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// DemoID returns the id of a thing of the demo salons, such as "aylin" or "damen".
func DemoID(slug string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://herald.example/demo/"+slug)).String()
}

// DemoTenant is the slug of the tenant that the demo salons belong to.
const DemoTenant = "flaumfeder"

// hours are a stretch of some weekdays, 1 is Monday.
type hours struct {
	days       []int
	start, end string
}

func (h hours) intervals() []availability.Interval {
	var all []availability.Interval
	for _, day := range h.days {
		all = append(all, availability.Interval{Weekday: day, Start: h.start, End: h.end})
	}
	return all
}

func intervals(all []hours) (found []availability.Interval) {
	for _, h := range all {
		found = append(found, h.intervals()...)
	}
	return found
}

// The week, as the salons write it.
var (
	tueFri = []int{2, 3, 4, 5}
	tueThu = []int{2, 3, 4}
	wedFri = []int{3, 4, 5}
	sat    = []int{6}
)

// demoBranch is a salon and its opening hours.
type demoBranch struct {
	tenancy.Branch
	feasts []string
	open   []hours
}

// All of it is fictitious; the numbers are from ranges that are kept free for films.
var demoBranches = []demoBranch{
	{tenancy.Branch{
		Slug: "berlin", Name: "Flaumfeder Friseure Berlin (Demo)", Address: "Probeweg 1, 10115 Berlin", Phone: "+493023125100",
		Email: "berlin@flaumfeder.example", Zone: "Europe/Berlin", Region: "DE-BE",
	}, nil, []hours{{tueFri, "09:00", "19:00"}, {sat, "09:00", "16:00"}}},
	{tenancy.Branch{
		Slug: "muenchen", Name: "Flaumfeder Friseure München (Demo)", Address: "Musterplatz 2, 80331 München", Phone: "+498999998200",
		Email: "muenchen@flaumfeder.example", Zone: "Europe/Berlin", Region: "DE-BY",
	}, []string{"assumption"}, []hours{{[]int{2, 3, 5}, "09:00", "18:30"}, {[]int{4}, "09:00", "20:00"}, {sat, "08:00", "14:00"}}},
}

// demoStaff is a staff member with hours, breaks and services.
type demoStaff struct {
	slug, name, branch string
	work, breaks       []hours
	services           []string
}

var (
	everything = []string{"herren", "damen", "kinder", "foehnen", "bart", "ansatz", "straehnen", "dauerwelle", "beratung"}
	cutting    = []string{"herren", "damen", "kinder", "foehnen", "bart", "beratung"}
	colouring  = []string{"damen", "foehnen", "ansatz", "straehnen", "dauerwelle", "beratung"}
)

var demoPeople = []demoStaff{
	{"aylin", "Aylin Sommer", "berlin", []hours{{tueFri, "09:00", "17:00"}}, []hours{{tueFri, "12:30", "13:00"}}, everything},
	{"jonas", "Jonas Federlein", "berlin", []hours{{wedFri, "11:00", "19:00"}, {sat, "09:00", "16:00"}}, []hours{{wedFri, "14:30", "15:00"}, {sat, "12:00", "12:30"}}, cutting},
	{"mila", "Mila Kranich", "berlin", []hours{{tueThu, "10:00", "18:00"}, {sat, "09:00", "16:00"}}, []hours{{tueThu, "13:00", "13:30"}, {sat, "12:30", "13:00"}}, colouring},
	{"leonie", "Leonie Daunen", "muenchen", []hours{{tueFri, "09:00", "17:00"}}, []hours{{tueFri, "12:30", "13:00"}}, everything},
	{"korbinian", "Korbinian Stieglitz", "muenchen", []hours{{[]int{3, 5}, "10:30", "18:30"}, {[]int{4}, "10:30", "20:00"}, {sat, "08:00", "14:00"}}, []hours{{wedFri, "14:00", "14:30"}}, cutting},
	{"thuy", "Thuy Amsel", "muenchen", []hours{{[]int{2, 4, 5}, "09:00", "17:00"}, {sat, "08:00", "14:00"}}, []hours{{[]int{2, 4, 5}, "13:00", "13:30"}}, colouring},
}

func busy(key string, minutes int) appointments.PhaseDef {
	return appointments.PhaseDef{Kind: availability.Busy, Key: key, Name: key, Minutes: minutes}
}

func pause(minutes int) appointments.PhaseDef {
	return appointments.PhaseDef{Kind: availability.Free, Minutes: minutes}
}

var demoServices = []struct {
	slug string
	appointments.CatalogService
}{
	{"herren", appointments.CatalogService{Name: "Herrenhaarschnitt", DurationMin: 30, PriceCents: 3200, Nestable: true}},
	{"damen", appointments.CatalogService{Name: "Damenhaarschnitt", DurationMin: 45, BufferAfterMin: 5, PriceCents: 5400}},
	{"kinder", appointments.CatalogService{Name: "Kinderhaarschnitt bis 12", DurationMin: 30, PriceCents: 2200, Nestable: true}},
	{"foehnen", appointments.CatalogService{Name: "Waschen und Föhnen", DurationMin: 30, PriceCents: 2800, Nestable: true}},
	{"bart", appointments.CatalogService{Name: "Bartpflege", DurationMin: 15, PriceCents: 1800, Nestable: true}},
	{"ansatz", appointments.CatalogService{Name: "Ansatzfärbung mit Schnitt", DurationMin: 150, PriceCents: 8500, Phases: []appointments.PhaseDef{
		busy("apply", 30), pause(30), busy("rinse", 15), busy("cut", 30), pause(15), busy("dry", 30),
	}}},
	{"straehnen", appointments.CatalogService{Name: "Strähnen", DurationMin: 180, PriceCents: 12900, CalendarMode: appointment.CalendarAuthoritative, Phases: []appointments.PhaseDef{
		busy("apply", 90), pause(60), busy("finish", 30),
	}}},
	{"dauerwelle", appointments.CatalogService{Name: "Dauerwelle", DurationMin: 135, PriceCents: 9800, Phases: []appointments.PhaseDef{
		busy("wind", 50), pause(15), busy("fix", 5), pause(10), busy("rinse", 15), busy("cut", 40),
	}}},
	{"beratung", appointments.CatalogService{Name: "Beratung", DurationMin: 15, Nestable: true, CalendarMode: appointment.CalendarNone}},
}

var demoCustomers = []customers.NewCustomer{
	{Key: "ida", Name: "Ida Probst", Phones: []string{"+491713920010"}, Emails: []string{"ida@probst.example"}},
	{Key: "karl", Name: "Karl Muster", Phones: []string{"+491713920011"}, Emails: []string{"karl@muster.example"}},
	{Key: "nora", Name: "Nora Beispiel", Phones: []string{"+4917604069020"}},
	{Key: "emil", Name: "Emil Testmann", Phones: []string{"+4917604069021"}, Emails: []string{"emil@testmann.example"}},
	{Key: "lotte", Name: "Lotte Dummer", Phones: []string{"+493023125150"}},
}

// Seed loads the demo salons: branches, staff, services, policies and customers.
// Twice is once.
func (s Services) Seed(ctx context.Context, tenantID string, now time.Time) ([]events.Event, error) {
	scope := s.DB.Tenant(tenantID)
	if err := tenancy.PutTenant(ctx, scope, tenancy.Tenant{
		Slug: DemoTenant, Name: "Flaumfeder Friseure (Demo)", Kind: tenancy.Salon, Status: tenancy.Active,
		Locale: "de-DE", Currency: "EUR", MailDomain: "termine.flaumfeder.example",
	}); err != nil {
		return nil, fmt.Errorf("seed the tenant: %w", err)
	}
	var announce []events.Event
	for _, part := range []func(context.Context, string, time.Time) ([]events.Event, error){s.seedBranches, s.seedCatalogue, s.seedStaff, s.seedCustomers} {
		said, err := part(ctx, tenantID, now)
		if err != nil {
			return nil, fmt.Errorf("seed: %w", err)
		}
		announce = append(announce, said...)
	}
	return announce, nil
}

func (s Services) seedBranches(ctx context.Context, tenantID string, now time.Time) (announce []events.Event, err error) {
	for _, b := range demoBranches {
		b.ID = DemoID(b.Slug)
		if err := tenancy.PutBranch(ctx, s.DB.Tenant(tenantID), b.Branch); err != nil {
			return nil, err
		}
		if err := s.Appointments.PutBranchBooking(ctx, tenantID, appointments.BranchBooking{BranchID: b.ID, Active: true, TrustedAutoConfirm: true, AutoComplete: true}); err != nil {
			return nil, err
		}
		_, said, err := s.Availability.SetBranch(ctx, tenantID, now, availability.BranchSettings{BranchID: b.ID, LocalFeasts: b.feasts, GridMin: 15})
		if err != nil {
			return nil, err
		}
		announce = append(announce, said...)
		if _, said, err = s.Availability.SetOpening(ctx, tenantID, now, availability.OpeningRequest{BranchID: b.ID, Intervals: intervals(b.open)}); err != nil {
			return nil, err
		}
		announce = append(announce, said...)
	}
	return announce, nil
}

func (s Services) seedCatalogue(ctx context.Context, tenantID string, _ time.Time) ([]events.Event, error) {
	for _, d := range demoServices {
		c := d.CatalogService
		c.ID, c.Active, c.Currency = DemoID(d.slug), true, "EUR"
		if c.CalendarMode == "" {
			c.CalendarMode = appointment.CalendarMirror
		}
		if err := s.Appointments.PutService(ctx, tenantID, c); err != nil {
			return nil, fmt.Errorf("service %s: %w", d.slug, err)
		}
	}
	if err := s.Appointments.PutAssignment(ctx, tenantID, appointments.Assignment{Model: appointments.ServiceStaffOnly, Ranking: appointments.RankPriority}); err != nil {
		return nil, err
	}
	for _, p := range []appointments.Policy{
		{Level: "tenant", Kind: appointments.PolicyCancellation, Config: json.RawMessage(`{"hours_before": 24, "max_per_30d": 3, "late": "deny", "fee_percentage": 50}`)},
		{Level: "tenant", Kind: appointments.PolicyReschedule, Config: json.RawMessage(`{"hours_before": 12, "max_per_appointment": 2}`)},
		{Level: "branch", LevelID: DemoID("muenchen"), Kind: appointments.PolicyCancellation, Config: json.RawMessage(`{"hours_before": 12}`)},
	} {
		if err := s.Appointments.PutPolicy(ctx, tenantID, p); err != nil {
			return nil, fmt.Errorf("policy %s of the %s: %w", p.Kind, p.Level, err)
		}
	}
	return nil, nil
}

func (s Services) seedStaff(ctx context.Context, tenantID string, now time.Time) (announce []events.Event, err error) {
	for _, d := range demoPeople {
		id := DemoID(d.slug)
		if err := s.Appointments.PutStaff(ctx, tenantID, appointments.StaffMember{ID: id, BranchID: DemoID(d.branch), Name: d.name, Active: true, Bookable: true}); err != nil {
			return nil, err
		}
		for _, service := range d.services {
			if err := s.Appointments.PutServiceStaff(ctx, tenantID, appointments.ServiceStaff{ServiceID: DemoID(service), StaffID: id, CanBook: true, Weight: 1}); err != nil {
				return nil, err
			}
		}
		_, said, err := s.Availability.SetWorking(ctx, tenantID, now, availability.WorkingRequest{StaffID: id, BranchID: DemoID(d.branch), Intervals: intervals(d.work)})
		if err != nil {
			return nil, err
		}
		announce = append(announce, said...)
		var breaks []availability.Break
		for _, i := range intervals(d.breaks) {
			breaks = append(breaks, availability.Break{Weekday: i.Weekday, Start: i.Start, End: i.End})
		}
		if _, said, err = s.Availability.SetBreaks(ctx, tenantID, now, availability.BreaksRequest{StaffID: id, Breaks: breaks}); err != nil {
			return nil, err
		}
		announce = append(announce, said...)
	}
	return announce, nil
}

func (s Services) seedCustomers(ctx context.Context, tenantID string, now time.Time) (announce []events.Event, err error) {
	for _, c := range demoCustomers {
		c.ID, c.Source, c.Region, c.Language, c.Verified = DemoID(c.Key), "import", "DE-BE", "de", true
		_, said, err := s.Customers.Create(ctx, tenantID, now, c)
		if err != nil {
			return nil, fmt.Errorf("customer %s: %w", c.Key, err)
		}
		announce = append(announce, said...)
	}
	return announce, nil
}
