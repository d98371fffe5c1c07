package appointments

import "github.com/herald-bus/herald/domains/internal/store"

// Service keeps the appointments of all tenants. It answers commands and says what
// is to be announced; it publishes nothing itself. It is safe for concurrent use.
//
// Every command may be run again with the same request, after a crash or a lost
// answer: the effect is there once and the answer is the same. An answer "no" by a
// rule is an [events.Refusal].
type Service struct{ db *store.DB }

// NewService returns the service on db.
func NewService(db *store.DB) *Service { return &Service{db} }
