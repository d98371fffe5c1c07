// Package audit is the domain that remembers what happened: one entry an event,
// for as long as the law wants it, and such that nobody can change it unnoticed.
//
// It owns
//   - audit_entry: who did what to what and when, the facts of it that tell nothing
//     of a person, and the digest of the data. The schema refuses changes.
//   - audit_head: how far the chain of each tenant is sealed
//   - audit_checkpoint: how far it was sealed on each day, for ever
//   - audit_verified, audit_break: when the whole chain was last looked at, and
//     which breaks were announced
//
// Entries are appended without waiting for anybody. A few seconds later the worker
// seals them: each gets the next place in its tenant's chain and a hash that covers
// it and the one before. See [Trail.Seal] and [Trail.Verify].
//
// It announces
//   - audit.chain_broken
//
// By itself it seals, verifies and expires: [Trail.SealAll], [Trail.VerifyAll] and
// [Trail.ExpireAll].
//
// It reacts to
//   - every event: audit.append-entry
package audit
