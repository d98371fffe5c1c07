package analytics

import "github.com/herald-bus/herald/domains/internal/store"

// Facts keeps the facts of all tenants.
type Facts struct{ db *store.DB }

// NewFacts returns the facts in db.
func NewFacts(db *store.DB) *Facts { return &Facts{db} }
