package customers

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// askAtMost is how often a caller is asked who of several he is.
const askAtMost = 2

// Resolve answers whose booking it is, and makes a new customer where nobody is
// known. It refuses with ambiguous, name_required, contact_required, rate_limited,
// customer_blocked, not_found, or the codes of names, numbers and addresses.
func (s *Service) Resolve(ctx context.Context, tenantID string, now time.Time, q customer.Query) (customer.Resolution, []events.Event, error) {
	claimant := claimantOf(q.NetworkNumber, q.Region, q.CallID, q.Key)
	if q.Said.Birthday != "" {
		if err := s.mayClaim(ctx, tenantID, now, claimant); err != nil {
			return customer.Resolution{}, nil, err
		}
	}
	answer, announced, err := once(ctx, s, tenantID, key("resolve", q.Key), now, func(tx store.Scope) (outcome[customer.Resolution], error) {
		house, err := s.house(ctx, tx)
		if err != nil {
			return outcome[customer.Resolution]{}, err
		}
		r := resolving{ctx: ctx, tx: tx, now: now, house: house, Query: q}
		if err := r.read(); err != nil {
			return outcome[customer.Resolution]{}, err
		}
		err = r.run()
		return outcome[customer.Resolution]{r.answer, r.answer.CustomerID, r.announced}, err
	})
	if refusal, ok := errors.AsType[*events.Refusal](err); ok && refusal.Code == "ambiguous" && q.Said.Birthday != "" {
		if err := s.noteClaim(ctx, tenantID, now, claimant, q.Key+"/"+q.Said.Birthday, false); err != nil {
			return answer, nil, err
		}
	}
	return answer, announced, err
}

// resolving is one query under way.
type resolving struct {
	ctx   context.Context
	tx    store.Scope
	now   time.Time
	house house
	customer.Query

	// What was said, read.
	name   Name
	stated Number
	email  string
	// network is what the network shows; empty, and not withheld, but for voice.
	network Number
	// sharing says that others have that number.
	sharing bool

	answer    customer.Resolution
	announced []events.Event
}

// read takes what was said apart, or refuses it.
func (r *resolving) read() (err error) {
	if r.Said.Name != "" {
		if r.name, err = ValidateName(r.Said.Name, r.Staff, r.OwnName); err != nil {
			return err
		}
	}
	if r.stated, err = NormalizePhone(r.Said.Phone, r.Region); err != nil {
		return err
	}
	said := r.Said.Email
	if r.Origin == appointment.Voice {
		said = RepairSpoken(said)
		r.network = r.house.network(r.NetworkNumber, r.Region)
	}
	if r.email, err = NormalizeEmail(said, r.house.mail); err != nil {
		return err
	}
	return checkBirthday(r.Said.Birthday, r.now)
}

// run takes the ways of finding a customer in their order; the first hit ends it.
func (r *resolving) run() error {
	for _, step := range []func() (bool, error){r.byIdentity, r.anonymously, r.byNetwork, r.byStated, r.byEmail, r.byBirthday} {
		if done, err := step(); done || err != nil {
			return err
		}
	}
	alike, err := candidatesByName(r.ctx, r.tx, r.name)
	if err != nil {
		return err
	}
	if s := byName(alike, r.name); s.Score > 0 {
		return r.create(customer.New, s.Score, customer.AssuredNone, s)
	}
	assurance := customer.AssuredClaimed
	if r.network.Value != "" {
		assurance = customer.AssuredPhone
	}
	return r.create(customer.New, 0, assurance, suspicion{})
}

// byIdentity takes the customer who has logged in, though not on the telephone, or
// whom staff have chosen.
func (r *resolving) byIdentity() (bool, error) {
	id, method, assurance := r.LoginCustomerID, customer.ByLogin, customer.AssuredLogin
	if r.Origin == appointment.Staff && r.ChosenCustomerID != "" {
		id, method, assurance = r.ChosenCustomerID, customer.ByStaff, customer.AssuredStaff
	}
	if id == "" || r.Origin == appointment.Voice {
		return false, nil
	}
	return true, r.found(id, method, sureAlone, assurance)
}

// anonymously answers a caller without a number: with the customer that this call
// has made, or a new one, and never with one that was there before.
func (r *resolving) anonymously() (bool, error) {
	if !r.network.Withheld || r.Origin != appointment.Voice {
		return false, nil
	}
	made, err := identityOf(r.ctx, r.tx, r.CallID)
	if err != nil {
		return true, err
	}
	if made != "" {
		c, err := find(r.ctx, r.tx, made)
		if err != nil {
			return true, err
		}
		r.settle(c, customer.Anonymous, 0, customer.AssuredNone)
		return true, r.announceIdentity()
	}
	if r.stated.Value == "" {
		return true, refuse("contact_required", "CUS-34", "the number is withheld: ask for one under which the caller can be reached")
	}
	var sharing []candidate
	var reasons []string
	for _, p := range r.saidContacts() {
		found, err := candidatesBy(r.ctx, r.tx, p)
		if err != nil {
			return true, err
		}
		if len(found) > 0 {
			sharing, reasons = append(sharing, found...), append(reasons, p.Kind)
		}
	}
	return true, r.create(customer.Anonymous, 0, customer.AssuredNone, bySharing(sharing, r.name, reasons...))
}

// byNetwork takes the customer whose number the network shows.
func (r *resolving) byNetwork() (bool, error) {
	if r.network.Value == "" {
		return false, nil
	}
	found, err := candidatesBy(r.ctx, r.tx, phoneContact(r.network, ""))
	if err != nil || len(found) == 0 {
		return false, err
	}
	at, method, confidence := byNumber(found, r.name, r.Said.Birthday)
	switch {
	case at >= 0:
		return true, r.found(found[at].ID, method, confidence, customer.AssuredPhone)
	case r.Asked >= askAtMost && r.Said.Name != "":
		r.sharing = true
		return true, r.create(customer.New, 0, customer.AssuredNone, bySharing(found, r.name, customer.Phone))
	}
	return true, refuse("ambiguous", "CUS-30", "%d customers share the number: ask for the first name, then for the birthday", len(found))
}

// byStated takes the customer whose number was said or typed, if the name fits.
func (r *resolving) byStated() (bool, error) {
	if r.stated.Value == "" {
		return false, nil
	}
	return r.byValue(phoneContact(r.stated, ""), customer.ByStatedPhone, sureStated)
}

// byEmail takes the customer whose address was given, if the name fits.
func (r *resolving) byEmail() (bool, error) {
	if r.email == "" {
		return false, nil
	}
	return r.byValue(emailContact(r.email, ""), customer.ByEmail, sureByMail)
}

func (r *resolving) byValue(p contact, method customer.Method, confidence int) (bool, error) {
	found, err := candidatesBy(r.ctx, r.tx, p)
	if err != nil {
		return false, err
	}
	at := byClaim(found, r.name)
	if at < 0 {
		return false, nil
	}
	return true, r.found(found[at].ID, method, confidence, customer.AssuredClaimed)
}

// byBirthday takes the only customer with that birthday and almost that name.
func (r *resolving) byBirthday() (bool, error) {
	if r.Said.Birthday == "" {
		return false, nil
	}
	found, err := candidatesBorn(r.ctx, r.tx, r.Said.Birthday)
	if err != nil {
		return false, err
	}
	at := byBirthday(found, r.name)
	if at < 0 {
		return false, nil
	}
	return true, r.found(found[at].ID, customer.ByNameBirthday, sureBirthday, customer.AssuredClaimed)
}
