package availability

import "github.com/herald-bus/herald/domains/internal/store"

// A Service answers for the free time of all tenants. It is safe for concurrent
// use. Every method may run again with the same request and then has the same
// answer; the events that it returns are for the caller to publish.
type Service struct {
	db    *store.DB
	cache *cache
}

// NewService returns the service on db.
func NewService(db *store.DB) *Service { return &Service{db: db, cache: &cache{}} }
