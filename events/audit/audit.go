// Package audit is the published language of the audit trail.
package audit

import (
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[ChainBroken](),
}

// What can be wrong with a chain.
const (
	Gap        = "gap"        // an entry is missing
	Hash       = "hash"       // an entry is not what was sealed, or not where
	Checkpoint = "checkpoint" // the chain is another than at the checkpoint
	Truncated  = "truncated"  // the end is missing
)

var kinds = []string{Gap, Hash, Checkpoint, Truncated}

// ChainBroken says that a tenant's trail is not what was sealed. It is announced
// once for each place.
type ChainBroken struct {
	TenantID string `json:"tenant_id"`
	// Seq is the first place that is not good, and Kind what is wrong there.
	Seq  int64  `json:"seq"`
	Kind string `json:"kind"`
	// Expected and Found are hashes, or places of a chain.
	Expected  string    `json:"expected"`
	Found     string    `json:"found"`
	CheckedAt time.Time `json:"checked_at"`
}

// EventName is the type on the wire.
func (ChainBroken) EventName() string { return "audit.chain_broken" }

// AggregateID returns the tenant's id: a tenant has one chain.
func (e ChainBroken) AggregateID() string { return e.TenantID }

// Validate reports a place or a kind without meaning.
func (e ChainBroken) Validate() error {
	switch {
	case e.Seq < 1:
		return fmt.Errorf("seq %d must be a place in the chain, from 1", e.Seq)
	}
	return events.OneOf("kind", e.Kind, kinds...)
}
