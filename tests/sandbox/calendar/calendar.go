// Package calendar is a calendar vendor to test against: it holds bookings, knows
// idempotency keys, and fails as often as it is asked to.
package calendar

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// Server is the vendor. It is an [http.Handler].
type Server struct {
	mux      *http.ServeMux
	mu       sync.Mutex
	bookings map[string]json.RawMessage
	keys     map[string]string // the booking that a key was used for
	faults   map[string]*fault
}

// fault is what the vendor does to the calls for a booking.
type fault struct {
	// Booking is an id, or "*" for every booking.
	Booking string `json:"booking"`
	// Times is how often; -1 is until the faults are deleted, 0 never again.
	Times      int `json:"times"`
	Status     int `json:"status"`
	RetryAfter int `json:"retry_after"`
}

// New returns a vendor without bookings.
func New() *Server {
	s := &Server{mux: http.NewServeMux(), bookings: map[string]json.RawMessage{}, keys: map[string]string{}, faults: map[string]*fault{}}
	s.mux.HandleFunc("PUT /bookings/{id}", s.put)
	s.mux.HandleFunc("DELETE /bookings/{id}", s.delete)
	s.mux.HandleFunc("GET /bookings", s.list)
	s.mux.HandleFunc("POST /faults", s.addFault)
	s.mux.HandleFunc("DELETE /faults", s.clearFaults)
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mux.ServeHTTP(w, r)
}

func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if s.fails(w, id) {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	switch used, known := s.keys[key]; {
	case key == "":
		http.Error(w, "the header Idempotency-Key is missing", http.StatusBadRequest)
		return
	case known && used != id:
		http.Error(w, "the idempotency key was used for another booking", http.StatusUnprocessableEntity)
		return
	case known:
		w.WriteHeader(http.StatusOK)
		return
	}
	var booking json.RawMessage
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&booking); err != nil {
		http.Error(w, "the body is no JSON: "+err.Error(), http.StatusBadRequest)
		return
	}
	s.keys[key], s.bookings[id] = id, booking
	w.WriteHeader(http.StatusCreated)
}

func (s *Server) delete(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if s.fails(w, id) {
		return
	}
	if _, ok := s.bookings[id]; !ok {
		http.Error(w, "no such booking", http.StatusNotFound)
		return
	}
	delete(s.bookings, id)
	w.WriteHeader(http.StatusNoContent)
}

// fails answers with the fault that was asked for, if there is one.
func (s *Server) fails(w http.ResponseWriter, id string) bool {
	f := s.faults[id]
	if f == nil {
		f = s.faults["*"]
	}
	if f == nil || f.Times == 0 {
		return false
	}
	if f.Times > 0 {
		f.Times--
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	http.Error(w, "as it was asked to", f.Status)
	return true
}

func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	all := make([]json.RawMessage, 0, len(s.bookings))
	for _, id := range slices.Sorted(maps.Keys(s.bookings)) {
		all = append(all, s.bookings[id])
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(all)
}

func (s *Server) addFault(w http.ResponseWriter, r *http.Request) {
	var f fault
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil || f.Booking == "" {
		http.Error(w, `send {"booking": id or "*", "times": n, "status": code}`, http.StatusBadRequest)
		return
	}
	s.faults[f.Booking] = &f
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) clearFaults(w http.ResponseWriter, _ *http.Request) {
	clear(s.faults)
	w.WriteHeader(http.StatusNoContent)
}
