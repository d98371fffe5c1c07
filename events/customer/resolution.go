package customer

import "github.com/herald-bus/herald/events/appointment"

// A Query asks who is booking. The same Key is answered the same way, however
// often it is asked.
type Query struct {
	// Key is the booking's, or the call's.
	Key    string             `json:"key"`
	CallID string             `json:"call_id,omitzero"`
	Origin appointment.Origin `json:"origin"`
	// Region is the branch's, such as DE or DE-BE: numbers without a country are
	// read as that country's.
	Region string `json:"region,omitzero"`
	// NetworkNumber is what the network says of the caller; voice only. Empty or a
	// word such as anonymous means that it is withheld.
	NetworkNumber string `json:"network_number,omitzero"`
	// LoginCustomerID is who has logged in or has followed a link of his own; it
	// does not count on the telephone.
	LoginCustomerID string `json:"login_customer_id,omitzero"`
	// ChosenCustomerID is whom staff have picked; it counts for the origin staff.
	ChosenCustomerID string `json:"chosen_customer_id,omitzero"`
	Said             Said   `json:"said"`
	// Staff are the active staff members: who gives one's name instead of his own
	// asks for that person. With OwnName it is his own all the same.
	Staff   []StaffName `json:"staff,omitzero"`
	OwnName bool        `json:"own_name,omitzero"`
	// Asked is how often the caller was asked because the answer was ambiguous.
	// From 2 on, a new customer that shares the number is better than no booking.
	Asked int `json:"asked,omitzero"`
}

// Said is what somebody says of himself, as he says it.
type Said struct {
	Name  string `json:"name,omitzero"`
	Phone string `json:"phone,omitzero"`
	Email string `json:"email,omitzero"`
	// Birthday is a date such as 1980-04-30.
	Birthday string `json:"birthday,omitzero"`
}

// A StaffName is a staff member who may be taken for the caller.
type StaffName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Resolution is the answer to a [Query].
type Resolution struct {
	CustomerID string `json:"customer_id"`
	// Created says that the customer is new by this query.
	Created    bool      `json:"created"`
	Method     Method    `json:"method"`
	Confidence int       `json:"confidence"`
	Assurance  Assurance `json:"assurance"`
	// AttendeeName is who comes, if it is not the customer.
	AttendeeName string `json:"attendee_name,omitzero"`
	// DisplayName is the customer's own. Say it only where Assurance allows it.
	DisplayName string      `json:"display_name"`
	Restriction Restriction `json:"restriction"`
	// Trusted says that it is surely one of the regulars, whom nothing restricts.
	Trusted bool `json:"trusted,omitzero"`
	// ContactOverride is what was said and serves this appointment only.
	ContactOverride *appointment.ContactOverride `json:"contact_override,omitzero"`
}

// A Method is how a customer was found.
type Method string

// The methods, the surest first.
const (
	ByLogin        Method = "login"
	ByStaff        Method = "staff"
	ByPhone        Method = "phone"
	ByPhoneName    Method = "phone_name"
	ByStatedPhone  Method = "stated_phone"
	ByEmail        Method = "email"
	ByNameBirthday Method = "name_birthday"
	// Anonymous is a caller without a number, who is never looked up.
	Anonymous Method = "anonymous"
	// New is somebody that nobody knows yet.
	New Method = "new"
)

// Methods lists them.
var Methods = []Method{ByLogin, ByStaff, ByPhone, ByPhoneName, ByStatedPhone, ByEmail, ByNameBirthday, Anonymous, New}

// An Assurance is how well somebody has shown to be the customer. What it allows
// is a table of the domain.
type Assurance string

// The assurances, the weakest first.
const (
	AssuredNone    Assurance = "none"
	AssuredClaimed Assurance = "claimed"
	AssuredPhone   Assurance = "phone"
	AssuredLogin   Assurance = "login"
	AssuredStaff   Assurance = "staff"
)

// Assurances lists them.
var Assurances = []Assurance{AssuredNone, AssuredClaimed, AssuredPhone, AssuredLogin, AssuredStaff}

// A Caller is what may be said to whoever calls from a number. It has the same
// fields for everybody, null where nothing is known.
type Caller struct {
	// Match is one, ambiguous, none or withheld.
	Match       string       `json:"match"`
	CustomerID  *string      `json:"customer_id"`
	DisplayName *string      `json:"display_name"`
	Salutation  *string      `json:"salutation"`
	LastName    *string      `json:"last_name"`
	Language    *string      `json:"language"`
	Restriction *Restriction `json:"restriction"`
	// ServiceID is what the customer usually books, and Greeting whether to name
	// it, to offer it, or to leave it: name, offer or plain.
	ServiceID *string `json:"service_id"`
	Greeting  string  `json:"greeting"`
}

// The answers to whose number it is.
const (
	MatchOne       = "one"
	MatchAmbiguous = "ambiguous"
	MatchNone      = "none"
	MatchWithheld  = "withheld"
)

// The ways to greet.
const (
	GreetNaming   = "name"
	GreetOffering = "offer"
	GreetPlainly  = "plain"
)

// A FindQuery looks for customers by name, number or address.
type FindQuery struct {
	Text string `json:"text"`
	// Region is the branch's, for numbers without a country.
	Region string `json:"region,omitzero"`
}
