// Package audit is the domain that remembers what happened: one entry an event,
// for good.
//
// It owns
//   - audit_entry: who did what to what and when, and the digest of the data. No
//     entry holds the data itself, so nobody's name, number or address is in here.
//     The schema refuses changes.
//
// It announces nothing.
//
// It reacts to
//   - every event: audit.append-entry
package audit
