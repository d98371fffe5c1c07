package customers

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// sourceOf is where customers of an origin come from.
var sourceOf = map[appointment.Origin]string{
	appointment.Voice: SourceVoice, appointment.Portal: SourceWeb, appointment.Web: SourceWeb, appointment.API: SourceWeb,
	appointment.Staff: SourceStaff, appointment.Calendar: SourceCalendar, appointment.System: SourceImport,
}

// settle makes a customer the answer.
func (r *resolving) settle(c Customer, method customer.Method, confidence int, assurance customer.Assurance) {
	r.answer = customer.Resolution{
		CustomerID: c.ID, Method: method, Confidence: confidence, Assurance: assurance,
		DisplayName: c.DisplayName, Restriction: c.Restriction,
		Trusted: c.isRegular() && c.Restriction == customer.Unrestricted && assurance != customer.AssuredNone && assurance != customer.AssuredClaimed,
	}
}

// found answers with a customer who is known, and keeps what the assurance allows
// of what was said.
func (r *resolving) found(id string, method customer.Method, confidence int, assurance customer.Assurance) error {
	c, err := lock(r.ctx, r.tx, id)
	if err != nil {
		return err
	}
	if c.Restriction == customer.Blocked && assurance != customer.AssuredStaff {
		return refuse("customer_blocked", "CUS-54", "bookings of this customer are stopped: ask the caller to contact the branch directly")
	}
	var changed []string
	named := r.name.First+r.name.Last != ""
	if named && c.Status == Placeholder && assurance != customer.AssuredClaimed {
		c.rename(r.name)
		c.Status = Active
		changed = append(changed, "name")
	}
	r.settle(c, method, confidence, assurance)
	alike := Similar(r.name, c.Name)
	if named && alike < Weak {
		r.answer.AttendeeName = r.name.Display()
	}
	kept, err := r.keepContacts(c.ID, method, alike)
	if err != nil {
		return err
	}
	changed = append(changed, kept...)
	if len(changed) > 0 {
		if err := save(r.ctx, r.tx, &c); err != nil {
			return err
		}
		event, err := updated(r.ctx, r.tx, c, changed...)
		if err != nil {
			return err
		}
		r.announced = append(r.announced, event)
	}
	return r.announceIdentity()
}

// keepContacts proves the network's number and adds what was said, as far as the
// assurance goes. What is not kept serves this appointment only.
func (r *resolving) keepContacts(customerID string, method customer.Method, alike float64) (changed []string, err error) {
	have, err := contactsOf(r.ctx, r.tx, customerID)
	if err != nil {
		return nil, err
	}
	if method == customer.ByPhone {
		at := indexOf(have, phoneContact(r.network, ""))
		if at >= 0 && have[at].VerifiedBy == "" {
			if err := have[at].verified(byCallerID, r.now).setState(r.ctx, r.tx); err != nil {
				return nil, err
			}
			changed = append(changed, "contact_state")
		}
	}
	var added []contact
	for _, p := range r.saidContacts() {
		if indexOf(have, p) >= 0 {
			continue
		}
		if !r.mayKeep(p.Kind, have, alike) {
			r.override(p)
			continue
		}
		p, err := addContact(r.ctx, r.tx, customerID, p, r.now)
		if err != nil {
			return nil, err
		}
		added = append(added, p)
	}
	if len(added) > 0 {
		changed = append(changed, "contacts")
	}
	r.announced = append(r.announced, normalized(added)...)
	return changed, nil
}

// mayKeep says whether a contact that was said is added to those on file. Whoever
// holds somebody's telephone must not redirect his mail.
func (r *resolving) mayKeep(kind string, have []contact, alike float64) bool {
	none := !slices.ContainsFunc(have, func(p contact) bool { return p.Kind == kind })
	switch permitted := Permitted(r.answer.Assurance, ChangeContact); {
	case none:
		return Permitted(r.answer.Assurance, AddContact) == Yes
	case permitted == Yes:
		return true
	default:
		return r.answer.Assurance == customer.AssuredPhone && kind == customer.Email && alike >= Strong
	}
}

// override has a contact serve this appointment only.
func (r *resolving) override(p contact) {
	if r.answer.ContactOverride == nil {
		r.answer.ContactOverride = &appointment.ContactOverride{}
	}
	if p.Kind == customer.Email {
		r.answer.ContactOverride.Email = p.Value
	} else {
		r.answer.ContactOverride.Phone = p.Value
	}
}

// saidContacts are the number and the address that were said.
func (r *resolving) saidContacts() (said []contact) {
	if r.stated.Value != "" {
		said = append(said, phoneContact(r.stated, r.Said.Phone))
	}
	if r.email != "" {
		said = append(said, emailContact(r.email, r.Said.Email))
	}
	return said
}

// create answers with a new customer.
func (r *resolving) create(method customer.Method, confidence int, assurance customer.Assurance, s suspicion) error {
	if r.name.First+r.name.Last == "" {
		return refuse("name_required", "CUS-38", "nobody is known by what was given: ask for the name")
	}
	c := Customer{
		DisplayName: r.name.Display(), Name: r.name, Status: Active, Source: sourceOf[r.Origin], Language: r.house.language,
		Birthday: r.Said.Birthday, Journey: "initial_contact", Restriction: customer.Unrestricted,
	}
	if method == customer.Anonymous {
		c.Source = SourceAnonymous
	}
	if err := insert(r.ctx, r.tx, &c, key("resolve", r.Key), r.now); err != nil {
		return err
	}
	contacts, err := r.addContacts(c.ID)
	if err != nil {
		return err
	}
	r.settle(c, method, confidence, assurance)
	r.answer.Created = true
	r.announced = append(r.announced, customer.Created{Profile: c.profile(contacts)})
	r.announced = append(r.announced, normalized(contacts)...)
	if err := r.announceIdentity(); err != nil {
		return err
	}
	if s.Score > 0 {
		r.announced = append(r.announced, customer.DuplicateSuspected{
			Ref: customer.Ref{CustomerID: c.ID}, CandidateIDs: s.Candidates, Reasons: s.Reasons, Score: s.Score,
		})
	}
	return nil
}

// addContacts gives a new customer the network's number, proven unless others
// have it, and what was said.
func (r *resolving) addContacts(customerID string) (added []contact, err error) {
	var wanted []contact
	if r.network.Value != "" {
		shown := phoneContact(r.network, r.NetworkNumber)
		if !r.sharing { // whoever was first meanwhile, wins
			shown = shown.verified(byCallerID, r.now)
			shown.Role = customer.Owner
		}
		wanted = append(wanted, shown)
	}
	for _, p := range r.saidContacts() {
		if indexOf(wanted, p) < 0 {
			wanted = append(wanted, p)
		}
	}
	for _, p := range wanted {
		p, err := addContact(r.ctx, r.tx, customerID, p, r.now)
		if err != nil {
			return nil, err
		}
		added = append(added, p)
	}
	return added, nil
}

// announceIdentity says to whom a call or a booking belongs, once a call.
func (r *resolving) announceIdentity() error {
	if r.CallID != "" {
		known, err := identityOf(r.ctx, r.tx, r.CallID)
		if err != nil || known == r.answer.CustomerID {
			return err
		}
		if err := keepIdentity(r.ctx, r.tx, r.CallID, r.answer.CustomerID, customer.MatchOne, "", r.now); err != nil {
			return err
		}
	}
	r.announced = append(r.announced, customer.Identified{
		Ref: customer.Ref{CustomerID: r.answer.CustomerID}, CallID: r.CallID, BookingKey: r.Key, Method: r.answer.Method,
		Confidence: r.answer.Confidence, Assurance: r.answer.Assurance, AttendeeDiffers: r.answer.AttendeeName != "",
	})
	return nil
}

// identityOf returns the customer that a call belongs to, or nothing.
func identityOf(ctx context.Context, scope store.Scope, callID string) (string, error) {
	id, err := store.One(ctx, scope, text, `SELECT customer_id FROM call_identity WHERE tenant_id = $1 AND call_id = $2`, callID)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return id, err
}

// keepIdentity remembers to whom a call belongs; the latest answer counts. The number
// that it came from is kept only while it is nobody's.
func keepIdentity(ctx context.Context, tx store.Scope, callID, customerID, answer, number string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO call_identity (tenant_id, call_id, customer_id, answer, number, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, call_id) DO UPDATE SET customer_id = excluded.customer_id, answer = excluded.answer, number = excluded.number, at = excluded.at`,
		callID, customerID, answer, number, at)
	return err
}
