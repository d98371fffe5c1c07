package customers

import "github.com/herald-bus/herald/domains/internal/store"

// Service keeps the customers of all tenants. Its methods announce nothing by
// themselves: what they return as events is for the caller to publish. A request
// with a key may be repeated: it has its effect once, and the same answer and
// the same events each time.
type Service struct {
	db     *store.DB
	config Config
}

// NewService returns the customers in db.
func NewService(db *store.DB, config Config) *Service { return &Service{db, config} }
