package customers

import "github.com/herald-bus/herald/events/customer"

// An Action is something that a person may want and must be allowed.
type Action string

// The actions.
const (
	Book             Action = "book"
	BeGreeted        Action = "be_greeted"
	HearAppointments Action = "hear_appointments"
	CancelOrMove     Action = "cancel_or_move"
	AddContact       Action = "add_contact"
	ChangeContact    Action = "change_contact"
	HearMore         Action = "hear_more"
)

// An Answer is what [Permitted] says.
type Answer string

// The answers. Whoever is answered with Callback is called back by staff, and with
// ThisAppointment the new contact serves one appointment and is not kept.
const (
	Yes             Answer = "yes"
	No              Answer = "no"
	Callback        Answer = "callback"
	ThisAppointment Answer = "this_appointment"
	// Export is yes to the customer's own data as a document, and no by voice.
	Export Answer = "export"
)

// allowed is the whole law, one line an action.
var allowed = map[Action]map[customer.Assurance]Answer{
	Book:             row(Yes, Yes, Yes, Yes, Yes),
	BeGreeted:        row(No, No, Yes, Yes, Yes),
	HearAppointments: row(No, No, Yes, Yes, Yes),
	CancelOrMove:     row(Callback, Callback, Yes, Yes, Yes),
	AddContact:       row(ThisAppointment, ThisAppointment, Yes, Yes, Yes),
	ChangeContact:    row(No, No, Callback, Yes, Yes),
	HearMore:         row(No, No, No, Export, Yes),
}

// row has an answer for each of [customer.Assurances], in their order.
func row(answers ...Answer) map[customer.Assurance]Answer {
	of := map[customer.Assurance]Answer{}
	for i, assurance := range customer.Assurances {
		of[assurance] = answers[i]
	}
	return of
}

// Permitted says whether somebody with the given assurance may do something with
// the data and the appointments of the customer that he is taken for. What nobody
// has thought of is not permitted.
func Permitted(assurance customer.Assurance, action Action) Answer {
	if answer, known := allowed[action][assurance]; known {
		return answer
	}
	return No
}
