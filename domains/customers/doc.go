// Package customers is the domain of people: who is calling, who may do what, and
// what is known about a person. It neither books nor sends.
//
// It owns
//   - customer, contact_point, customer_name_code: people, how to reach them, and
//     the codes by which their names are found
//   - consent, consent_text: what they agreed to, in which words
//   - visit, visit_move, call_contact: the ledger that all figures come from
//   - call_identity: whose call it is
//   - customer_merge, duplicate_dismissal: who is the same person, and who is not
//   - identity_attempt, erasure, customer_note, customer_setting, own_number
//   - customer_answer: what requests were answered, for when they are repeated
//
// It announces
//   - customer.created, customer.updated, customer.phone_normalized
//   - customer.identified, customer.duplicate_suspected
//   - customer.merged, customer.unmerged
//   - customer.consent_changed, customer.booking_restricted
//   - customer.erasure_requested, customer.erased
//
// It reacts to
//   - call.started: customers.identify-caller
//   - call.analyzed: customers.adopt-spoken-name
//   - call.customer_linked: customers.note-contact
//   - notification.failed: customers.mark-unreachable
//   - notification.delivered: customers.mark-reachable
//   - notification.unsubscribed: customers.withdraw-marketing
//   - appointment.created, confirmed, updated, rescheduled, cancelled, completed and
//     no_show: customers.track-visit
//   - customer.created, customer.updated: customers.search-duplicates
//
// By itself it deletes what has served its time, lifts restrictions whose reason has
// passed, and erases whom it is due to erase: [Service.PurgeAll], [Service.ReviewAll]
// and [Service.EraseAll].
//
// Two ideas carry the rest. A request is remembered under its key together with its
// answer and with what it announced, so that it may be repeated. And the rows of a
// customer who was merged stay where they are and are read through the one that
// remains, so that a merge moves nothing and can be taken back.
//
// The rules are listed in docs/rules.md; each has a test of its name.
package customers
