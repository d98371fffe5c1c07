package customers

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/customer"
)

// Customer is a person as this domain knows him.
type Customer struct {
	ID string `json:"id"`
	// DisplayName is never replaced by a name that was heard for one appointment.
	DisplayName string `json:"display_name"`
	Name
	Status            Status               `json:"status"`
	Source            string               `json:"source"`
	Language          string               `json:"language"`
	Zone              string               `json:"zone,omitzero"`
	Birthday          string               `json:"birthday,omitzero"`
	VIP               bool                 `json:"vip,omitzero"`
	Tags              []string             `json:"tags,omitzero"`
	Company           string               `json:"company_name,omitzero"`
	PreferredBranchID string               `json:"preferred_branch_id,omitzero"`
	PreferredStaffID  string               `json:"preferred_staff_id,omitzero"`
	PreferredChannel  string               `json:"preferred_channel,omitzero"`
	Journey           string               `json:"journey"`
	Restriction       customer.Restriction `json:"booking_restriction"`
	// RestrictedBy is rule or staff: the rule lifts only what it has set.
	RestrictedBy string    `json:"restricted_by,omitzero"`
	MergedInto   string    `json:"merged_into_id,omitzero"`
	ErasedAt     time.Time `json:"erased_at,omitzero"`
	// Version grows by one with each change.
	Version   int       `json:"version"`
	CreatedAt time.Time `json:"created_at"`
}

// Status is what a customer's row stands for.
type Status string

// The statuses. Placeholder is a number without a name.
const (
	Active      Status = "active"
	Placeholder Status = "pending_verification"
	Merged      Status = "merged"
	Erased      Status = "erased"
)

// The sources that customers come from.
const (
	SourceVoice     = "voice"
	SourceAnonymous = "voice_anonymous"
	SourceWeb       = "web"
	SourceStaff     = "staff"
	SourceCalendar  = "calendar"
	SourceImport    = "import"
)

// By whom a restriction was set.
const (
	byRule  = "rule"
	byStaff = "staff"
)

// journeys ranks how far a customer has come; equal ranks are equally far.
var journeys = map[string]int{
	"churned": 0, "initial_contact": 1, "lead": 2, "prospect": 3, "at_risk": 3, "customer": 4, "regular": 5, "vip": 6,
}

// isRegular says that staff count the customer as a regular, or as more.
func (c Customer) isRegular() bool { return c.VIP || journeys[c.Journey] >= journeys["regular"] }

// live says that the customer may be found, booked for and changed.
func (c Customer) live() bool { return c.Status == Active || c.Status == Placeholder }

// profile is what other domains may keep.
func (c Customer) profile(contacts []contact) customer.Profile {
	p := customer.Profile{
		Ref: customer.Ref{CustomerID: c.ID}, Version: c.Version, DisplayName: c.DisplayName, FirstName: c.First, LastName: c.Last,
		Salutation: c.Salutation, Language: c.Language, Zone: c.Zone, Source: c.Source, Contacts: []customer.Contact{},
		PreferredChannel: c.PreferredChannel, Placeholder: c.Status == Placeholder,
	}
	for _, point := range contacts {
		p.Contacts = append(p.Contacts, point.Contact)
	}
	return p
}

// checkBirthday reports a date that nobody alive was born on.
func checkBirthday(birthday string, now time.Time) error {
	if birthday == "" {
		return nil
	}
	born, err := time.Parse(time.DateOnly, birthday)
	if err != nil || born.Year() < 1900 || born.After(now) {
		return refuse("birthday_invalid", "", "%q is no birthday: give a date from 1900-01-01 to today, as 1980-04-30", birthday)
	}
	return nil
}

const customerColumns = `customer_id, display_name, first_name, last_name, title, salutation, status, source, language, zone, birthday, vip, tags,
	company_name, preferred_branch_id, preferred_staff_id, preferred_channel, journey, booking_restriction, restricted_by,
	merged_into_id, erased_at, version, created_at`

// into are the places of customerColumns.
func (c *Customer) into() []any {
	return []any{
		&c.ID, &c.DisplayName, &c.First, &c.Last, &c.Title, &c.Salutation, &c.Status, &c.Source, &c.Language, &c.Zone, &c.Birthday, &c.VIP,
		asJSON{&c.Tags},
		&c.Company, &c.PreferredBranchID, &c.PreferredStaffID, &c.PreferredChannel, &c.Journey, &c.Restriction, &c.RestrictedBy,
		&c.MergedInto, store.At(&c.ErasedAt), &c.Version, store.At(&c.CreatedAt),
	}
}

func scanCustomer(row store.Row) (c Customer, err error) { return c, row.Scan(c.into()...) }

// asJSON reads a column of JSON.
type asJSON struct{ into any }

// Scan takes what both drivers give for a text.
func (j asJSON) Scan(src any) error {
	switch text := src.(type) {
	case string:
		return json.Unmarshal([]byte(text), j.into)
	case []byte:
		return json.Unmarshal(text, j.into)
	}
	return fmt.Errorf("%T is no JSON", src)
}

// toJSON writes what asJSON reads. Its values are plain structs, texts and maps,
// which can't fail.
func toJSON(value any) json.RawMessage {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return encoded
}

// union returns the values of both, each once, in their order.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, value := range b {
		if !slices.Contains(all, value) {
			all = append(all, value)
		}
	}
	return all
}

// rename gives a customer another name.
func (c *Customer) rename(name Name) {
	if name.Salutation == "" {
		name.Salutation = c.Salutation
	}
	c.Name, c.DisplayName = name, name.Display()
}

var journeyNames = slices.Sorted(maps.Keys(journeys))
