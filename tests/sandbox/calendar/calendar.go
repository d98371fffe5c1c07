// Package calendar is a calendar vendor to test against. It holds bookings in
// memory, honours idempotency keys, and fails as often as it is asked to.
//
//	PUT    /bookings/{id}   shows a booking: 201, or 200 if it replaces one, with
//	                        what is held now: uid, starts_at, ends_at, metadata
//	DELETE /bookings/{id}   takes it out: 204, or 404 if there is none
//	GET    /bookings        lists the bookings as they were sent, by id
//	GET    /calls           lists all calls for bookings, in the order they came
//	POST   /faults          has calls for a booking, or for "*", fail, or has the
//	                        answers to PUT be wrong
//	DELETE /faults          ends that
//
// A write needs the header Idempotency-Key. The first answer to a key is given
// again to each repeat, which has no other effect; the key with another request is
// a 422. A fault is no answer in this sense: after it the key is as good as new.
package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

const maxBody = 64 << 10

// Server is the vendor. It is an [http.Handler], and safe for concurrent use.
type Server struct {
	mux *http.ServeMux

	mu       sync.Mutex
	bookings map[string]json.RawMessage
	answered map[string]answered // by idempotency key
	faults   map[string]*Fault   // by booking
	calls    []Call
}

// A Fault is what the vendor does to calls for a booking instead of serving them.
type Fault struct {
	// Booking is an id, or "*" for every booking that has no fault of its own.
	Booking string `json:"booking"`
	// Times is how often; -1 is until the faults are deleted, and 0 ends it.
	Times int `json:"times"`
	// Status is the answer, from 400 to 599.
	Status int `json:"status"`
	// RetryAfter is the header of that name in seconds; 0 leaves it out.
	RetryAfter int `json:"retry_after,omitzero"`
	// Message is what the answer says.
	Message string `json:"message,omitzero"`
	// Answer, instead of a status, has the call be served, and what a PUT answers be
	// wrong: each field of it replaces one of what is held.
	Answer map[string]any `json:"answer,omitzero"`
}

// A Call is a request for a booking and what came of it.
type Call struct {
	Method  string `json:"method"`
	Booking string `json:"booking"`
	Key     string `json:"key"`
	Status  int    `json:"status"`
	// Repeat says that the key was answered before, so that nothing happened.
	Repeat bool `json:"repeat"`
}

// answered is a request and its answer.
type answered struct {
	method, booking string
	body            []byte
	status          int
	says            any
}

// New returns a vendor without bookings.
func New() *Server {
	s := &Server{
		mux: http.NewServeMux(), bookings: map[string]json.RawMessage{},
		answered: map[string]answered{}, faults: map[string]*Fault{}, calls: []Call{},
	}
	s.mux.HandleFunc("PUT /bookings/{id}", s.write)
	s.mux.HandleFunc("DELETE /bookings/{id}", s.write)
	s.mux.HandleFunc("GET /bookings", s.list)
	s.mux.HandleFunc("GET /calls", s.listCalls)
	s.mux.HandleFunc("POST /faults", s.addFault)
	s.mux.HandleFunc("DELETE /faults", s.clearFaults)
	return s
}

// ServeHTTP serves a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// write serves PUT and DELETE.
func (s *Server) write(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		answer(w, http.StatusRequestEntityTooLarge, "the body is too large")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	call := Call{Method: r.Method, Booking: r.PathValue("id"), Key: r.Header.Get("Idempotency-Key")}
	var says any
	fault := s.nextFault(call.Booking)
	if fault != nil && fault.Answer == nil {
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
		}
		call.Status, says = fault.Status, fault.Message
		if says == "" {
			says = "failing as it was asked to"
		}
	} else {
		call.Status, says, call.Repeat = s.serve(call, body, fault)
	}
	s.calls = append(s.calls, call)
	answer(w, call.Status, says)
}

// serve has the effect of a call, unless its key was answered before. A fault has
// the answer be wrong.
func (s *Server) serve(call Call, body []byte, fault *Fault) (status int, says any, repeat bool) {
	if call.Key == "" {
		return http.StatusBadRequest, "the header Idempotency-Key is missing", false
	}
	if before, known := s.answered[call.Key]; known {
		if before.method != call.Method || before.booking != call.Booking || !bytes.Equal(before.body, body) {
			return http.StatusUnprocessableEntity, "the idempotency key was used for another request", false
		}
		return before.status, before.says, true
	}
	status, says = s.apply(call, body)
	if held, ok := says.(map[string]any); ok && fault != nil {
		maps.Copy(held, fault.Answer)
	}
	s.answered[call.Key] = answered{call.Method, call.Booking, body, status, says}
	return status, says, false
}

func (s *Server) apply(call Call, body []byte) (status int, says any) {
	_, exists := s.bookings[call.Booking]
	if call.Method == http.MethodDelete {
		if !exists {
			return http.StatusNotFound, "there is no such booking"
		}
		delete(s.bookings, call.Booking)
		return http.StatusNoContent, ""
	}
	var booking struct {
		StartsAt time.Time      `json:"starts_at"`
		EndsAt   time.Time      `json:"ends_at"`
		Metadata map[string]any `json:"metadata"`
	}
	if err := json.Unmarshal(body, &booking); err != nil {
		return http.StatusBadRequest, "the body is no booking: " + err.Error()
	}
	if !booking.EndsAt.After(booking.StartsAt) {
		return http.StatusBadRequest, "ends_at must be after starts_at"
	}
	s.bookings[call.Booking] = body
	held := map[string]any{"uid": call.Booking, "starts_at": booking.StartsAt, "ends_at": booking.EndsAt, "metadata": booking.Metadata}
	if exists {
		return http.StatusOK, held
	}
	return http.StatusCreated, held
}

// nextFault uses up a fault of the booking, or else one of all bookings.
func (s *Server) nextFault(booking string) *Fault {
	for _, name := range []string{booking, "*"} {
		if f := s.faults[name]; f != nil {
			if f.Times--; f.Times == 0 {
				delete(s.faults, name)
			}
			return f
		}
	}
	return nil
}

func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]json.RawMessage, 0, len(s.bookings))
	for _, id := range slices.Sorted(maps.Keys(s.bookings)) {
		all = append(all, s.bookings[id])
	}
	answer(w, http.StatusOK, all)
}

func (s *Server) listCalls(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, http.StatusOK, s.calls)
}

func (s *Server) addFault(w http.ResponseWriter, r *http.Request) {
	var f Fault
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		answer(w, http.StatusBadRequest, err.Error())
		return
	}
	fails := f.Status >= 400 && f.Status <= 599
	if f.Booking == "" || f.Times < -1 || f.Times != 0 && fails == (f.Answer != nil) {
		answer(w, http.StatusBadRequest, `send {"booking": id or "*", "times": n or -1, "status": 400 to 599, "retry_after": seconds}, or instead of a status {"answer": {…}}`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[f.Booking] = &f
	if f.Times == 0 {
		delete(s.faults, f.Booking)
	}
	answer(w, http.StatusNoContent, "")
}

func (s *Server) clearFaults(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	answer(w, http.StatusNoContent, "")
}

// answer writes a body, or a message as {"message": …}; none is an empty answer.
func answer(w http.ResponseWriter, status int, body any) {
	if message, ok := body.(string); ok {
		if message == "" {
			w.WriteHeader(status)
			return
		}
		body = map[string]string{"message": message}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		status, encoded = http.StatusInternalServerError, fmt.Appendf(nil, "%q", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encoded)
}
