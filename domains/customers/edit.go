package customers

import (
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// NewCustomer is somebody whom staff, an import or a form adds.
type NewCustomer struct {
	// Key makes a repeated request one request.
	Key string `json:"key"`
	// ID is the customer's where somebody else has made one, such as an import; a
	// new one by default.
	ID     string `json:"id,omitzero"`
	Name   string `json:"name"`
	Source string `json:"source"`
	// Placeholder takes any name, as "Unbekannt #1234", and waits for a real one.
	Placeholder bool   `json:"placeholder,omitzero"`
	Language    string `json:"language,omitzero"`
	Birthday    string `json:"birthday,omitzero"`
	// Region is the branch's, for numbers without a country.
	Region string   `json:"region,omitzero"`
	Phones []string `json:"phones,omitzero"`
	Emails []string `json:"emails,omitzero"`
	// Verified says that staff have seen that the contacts are the customer's.
	Verified bool `json:"verified,omitzero"`
}

// Create adds a customer. It refuses with the codes of names, numbers and
// addresses. That somebody else has the number is no reason to refuse.
func (s *Service) Create(ctx context.Context, tenantID string, now time.Time, req NewCustomer) (Customer, []events.Event, error) {
	return once(ctx, s, tenantID, key("create", req.Key), now, func(tx store.Scope) (outcome[Customer], error) {
		house, err := s.house(ctx, tx)
		if err != nil {
			return outcome[Customer]{}, err
		}
		c := Customer{
			ID: req.ID, Status: Active, Source: req.Source, Language: req.Language, Birthday: req.Birthday,
			Journey: "initial_contact", Restriction: customer.Unrestricted,
		}
		if c.Language == "" {
			c.Language = house.language
		}
		if err := c.name(req.Name, req.Placeholder); err != nil {
			return outcome[Customer]{}, err
		}
		if err := checkBirthday(req.Birthday, now); err != nil {
			return outcome[Customer]{}, err
		}
		contacts, err := readContacts(house, req.Region, req.Phones, req.Emails)
		if err != nil {
			return outcome[Customer]{}, err
		}
		if err := insert(ctx, tx, &c, key("create", req.Key), now); err != nil {
			return outcome[Customer]{}, err
		}
		for i, p := range contacts {
			if req.Verified {
				p = p.verified(byHand, now)
			}
			if contacts[i], err = addContact(ctx, tx, c.ID, p, now); err != nil {
				return outcome[Customer]{}, err
			}
		}
		announced := append([]events.Event{customer.Created{Profile: c.profile(contacts)}}, normalized(contacts)...)
		return outcome[Customer]{c, c.ID, announced}, nil
	})
}

// name sets the name that was given, which of a placeholder may be anything.
func (c *Customer) name(raw string, placeholder bool) error {
	if placeholder {
		c.Status, c.DisplayName = Placeholder, raw
		return nil
	}
	name, err := ValidateName(raw, nil, true)
	c.rename(name)
	return err
}

// readContacts reads numbers and addresses; those that are withheld or
// placeholders are left out.
func readContacts(h house, region string, phones, emails []string) (contacts []contact, err error) {
	add := func(p contact) {
		if indexOf(contacts, p) < 0 {
			contacts = append(contacts, p)
		}
	}
	for _, raw := range phones {
		n, err := NormalizePhone(raw, region)
		if err != nil {
			return nil, err
		}
		if !n.Withheld {
			add(phoneContact(n, raw))
		}
	}
	for _, raw := range emails {
		address, err := NormalizeEmail(raw, h.mail)
		if err != nil {
			return nil, err
		}
		if address != "" {
			add(emailContact(address, raw))
		}
	}
	return contacts, nil
}

// A Change is what staff or the customer himself, logged in, changes. What is nil
// stays.
type Change struct {
	Key        string `json:"key"`
	CustomerID string `json:"customer_id"`
	// Version is the one that the change was made for.
	Version           int                   `json:"version"`
	Region            string                `json:"region,omitzero"`
	Name              *string               `json:"name,omitzero"`
	Birthday          *string               `json:"birthday,omitzero"`
	Language          *string               `json:"language,omitzero"`
	Zone              *string               `json:"zone,omitzero"`
	VIP               *bool                 `json:"vip,omitzero"`
	Tags              *[]string             `json:"tags,omitzero"`
	Company           *string               `json:"company_name,omitzero"`
	PreferredBranchID *string               `json:"preferred_branch_id,omitzero"`
	PreferredStaffID  *string               `json:"preferred_staff_id,omitzero"`
	PreferredChannel  *string               `json:"preferred_channel,omitzero"`
	Journey           *string               `json:"journey,omitzero"`
	Restriction       *customer.Restriction `json:"booking_restriction,omitzero"`
	AddPhone          string                `json:"add_phone,omitzero"`
	AddEmail          string                `json:"add_email,omitzero"`
	RemoveContactID   string                `json:"remove_contact_id,omitzero"`
}

// Update changes a customer. It refuses with version_conflict if he has changed
// since, with not_found, field_invalid, birthday_invalid, and the codes of names,
// numbers and addresses.
func (s *Service) Update(ctx context.Context, tenantID string, now time.Time, req Change) (Customer, []events.Event, error) {
	return once(ctx, s, tenantID, key("update", req.Key), now, func(tx store.Scope) (outcome[Customer], error) {
		var none outcome[Customer]
		before, err := lock(ctx, tx, req.CustomerID)
		if err != nil {
			return none, err
		}
		if before.Version != req.Version {
			return none, refuse("version_conflict", "", "the customer has version %d by now, not %d: look at it and change it again", before.Version, req.Version)
		}
		c, err := req.apply(before, now)
		if err != nil {
			return none, err
		}
		changed := changedFields(before, c)
		added, contactsChanged, err := s.changeContacts(ctx, tx, now, c.ID, req)
		if err != nil {
			return none, err
		}
		if contactsChanged {
			changed = append(changed, "contacts")
		}
		if len(changed) == 0 {
			return outcome[Customer]{result: c, about: c.ID}, nil
		}
		if err := save(ctx, tx, &c); err != nil {
			return none, err
		}
		event, err := updated(ctx, tx, c, changed...)
		if err != nil {
			return none, err
		}
		announced := append([]events.Event{event}, normalized(added)...)
		if c.Restriction != before.Restriction {
			missed, err := noShows(ctx, tx, c.ID, now)
			if err != nil {
				return none, err
			}
			announced = append(announced, customer.BookingRestricted{Ref: customer.Ref{CustomerID: c.ID}, Restriction: c.Restriction, Reason: byStaff, NoShowCount: missed})
		}
		return outcome[Customer]{c, c.ID, announced}, nil
	})
}

// apply returns the customer with the new fields.
func (req Change) apply(c Customer, now time.Time) (Customer, error) {
	if req.Name != nil && *req.Name != c.DisplayName {
		if err := c.name(*req.Name, false); err != nil {
			return c, err
		}
		c.Status = Active
	}
	for _, f := range []struct {
		name    string
		value   *string
		field   *string
		allowed []string
	}{
		{"birthday", req.Birthday, &c.Birthday, nil},
		{"language", req.Language, &c.Language, []string{"de", "en"}},
		{"zone", req.Zone, &c.Zone, nil},
		{"company_name", req.Company, &c.Company, nil},
		{"preferred_branch_id", req.PreferredBranchID, &c.PreferredBranchID, nil},
		{"preferred_staff_id", req.PreferredStaffID, &c.PreferredStaffID, nil},
		{"preferred_channel", req.PreferredChannel, &c.PreferredChannel, []string{"", "email", "sms", "whatsapp"}},
		{"journey", req.Journey, &c.Journey, journeyNames},
	} {
		if f.value == nil {
			continue
		}
		if f.allowed != nil && !slices.Contains(f.allowed, *f.value) {
			return c, refuse("field_invalid", "", "%s can't be %q: take one of %q", f.name, *f.value, f.allowed)
		}
		*f.field = *f.value
	}
	if req.VIP != nil {
		c.VIP = *req.VIP
	}
	if req.Tags != nil {
		c.Tags = union([]string{}, *req.Tags)
	}
	if req.Restriction != nil && *req.Restriction != c.Restriction {
		c.Restriction, c.RestrictedBy = *req.Restriction, byStaff
	}
	return c, c.check(now)
}

// check reports fields that can't be.
func (c Customer) check(now time.Time) error {
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return refuse("field_invalid", "", "zone %q is no IANA time zone: take one such as Europe/Berlin", c.Zone)
	}
	if !slices.Contains(customer.Restrictions, c.Restriction) {
		return refuse("field_invalid", "CUS-54", "restriction %q is unknown: take one of %q", c.Restriction, customer.Restrictions)
	}
	return checkBirthday(c.Birthday, now)
}

// changeContacts removes and adds what the change says.
func (s *Service) changeContacts(ctx context.Context, tx store.Scope, now time.Time, customerID string, req Change) (added []contact, changed bool, err error) {
	if req.RemoveContactID != "" {
		n, err := tx.Exec(ctx, `DELETE FROM contact_point WHERE tenant_id = $1 AND contact_id = $3 AND customer_id IN `+family, customerID, req.RemoveContactID)
		if err != nil {
			return nil, false, err
		}
		changed = n > 0
	}
	if req.AddPhone == "" && req.AddEmail == "" {
		return nil, changed, nil
	}
	house, err := s.house(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	wanted, err := readContacts(house, req.Region, []string{req.AddPhone}, []string{req.AddEmail})
	if err != nil {
		return nil, false, err
	}
	have, err := contactsOf(ctx, tx, customerID)
	if err != nil {
		return nil, false, err
	}
	for _, p := range wanted {
		if indexOf(have, p) >= 0 {
			continue
		}
		p, err := addContact(ctx, tx, customerID, p, now)
		if err != nil {
			return nil, false, err
		}
		added, changed = append(added, p), true
	}
	return added, changed, nil
}
