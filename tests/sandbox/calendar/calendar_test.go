package calendar_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/tests/sandbox/calendar"
)

const (
	haircut = `{"id":"a1","starts_at":"2027-03-30T08:00:00Z","ends_at":"2027-03-30T09:00:00Z"}`
	longer  = `{"id":"a1","starts_at":"2027-03-30T08:00:00Z","ends_at":"2027-03-30T10:00:00Z"}`
)

// call returns the answer to a request.
func call(t *testing.T, s *calendar.Server, method, path, key, body string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request)
	return w
}

func TestBookings(t *testing.T) {
	t.Parallel()
	s := calendar.New()

	require.Equal(t, http.StatusCreated, call(t, s, "PUT", "/bookings/a1", "k1", haircut).Code)
	require.Equal(t, http.StatusOK, call(t, s, "PUT", "/bookings/a1", "k2", longer).Code)
	require.JSONEq(t, "["+longer+"]", call(t, s, "GET", "/bookings", "", "").Body.String())
	require.Equal(t, http.StatusNoContent, call(t, s, "DELETE", "/bookings/a1", "k3", "").Code)
	require.Equal(t, http.StatusNotFound, call(t, s, "DELETE", "/bookings/a1", "k4", "").Code)
	require.JSONEq(t, "[]", call(t, s, "GET", "/bookings", "", "").Body.String())
}

func TestAKeyHasItsEffectOnce(t *testing.T) {
	t.Parallel()
	s := calendar.New()
	call(t, s, "PUT", "/bookings/a1", "k1", haircut)
	call(t, s, "DELETE", "/bookings/a1", "k2", "")

	require.Equal(t, http.StatusCreated, call(t, s, "PUT", "/bookings/a1", "k1", haircut).Code, "the first answer again")
	require.Equal(t, http.StatusNoContent, call(t, s, "DELETE", "/bookings/a1", "k2", "").Code)
	require.JSONEq(t, "[]", call(t, s, "GET", "/bookings", "", "").Body.String(), "a repeat does nothing")
	require.Equal(t, http.StatusUnprocessableEntity, call(t, s, "PUT", "/bookings/a1", "k1", longer).Code)
	require.Equal(t, http.StatusUnprocessableEntity, call(t, s, "PUT", "/bookings/a2", "k1", haircut).Code)
	require.Equal(t, http.StatusBadRequest, call(t, s, "PUT", "/bookings/a1", "", haircut).Code)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := calendar.New()
	require.Equal(t, http.StatusNoContent, call(t, s, "POST", "/faults", "", `{"booking":"a1","times":2,"status":503,"retry_after":7}`).Code)
	require.Equal(t, http.StatusNoContent, call(t, s, "POST", "/faults", "", `{"booking":"*","times":-1,"status":400,"message":"no"}`).Code)

	for range 2 {
		w := call(t, s, "PUT", "/bookings/a1", "k1", haircut)
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, "7", w.Header().Get("Retry-After"))
	}
	for range 3 {
		w := call(t, s, "PUT", "/bookings/a1", "k1", haircut)
		require.Equal(t, http.StatusBadRequest, w.Code)
		require.JSONEq(t, `{"message":"no"}`, w.Body.String())
	}
	require.Equal(t, http.StatusNoContent, call(t, s, "DELETE", "/faults", "", "").Code)
	require.Equal(t, http.StatusCreated, call(t, s, "PUT", "/bookings/a1", "k1", haircut).Code, "a fault doesn't use up the key")
}

func TestAPutAnswersWhatIsHeld(t *testing.T) {
	t.Parallel()
	s := calendar.New()
	const booking = `{"starts_at":"2027-03-30T08:00:00Z","ends_at":"2027-03-30T09:00:00Z","metadata":{"id":"7"}}`
	const held = `{"uid":"a1","starts_at":"2027-03-30T08:00:00Z","ends_at":"2027-03-30T09:00:00Z","metadata":{"id":"7"}}`

	require.JSONEq(t, held, call(t, s, "PUT", "/bookings/a1", "k1", booking).Body.String())

	require.Equal(t, http.StatusNoContent, call(t, s, "POST", "/faults", "", `{"booking":"a1","times":1,"answer":{"uid":"a2"}}`).Code)
	wrong := strings.Replace(held, "a1", "a2", 1)
	for range 2 {
		w := call(t, s, "PUT", "/bookings/a1", "k2", booking)
		require.Equal(t, http.StatusOK, w.Code)
		require.JSONEq(t, wrong, w.Body.String(), "the first answer again")
	}
	require.JSONEq(t, "["+booking+"]", call(t, s, "GET", "/bookings", "", "").Body.String(), "it is held all the same")
	require.JSONEq(t, held, call(t, s, "PUT", "/bookings/a1", "k3", booking).Body.String())
}

func TestCallsAreListed(t *testing.T) {
	t.Parallel()
	s := calendar.New()
	call(t, s, "POST", "/faults", "", `{"booking":"a1","times":1,"status":500}`)
	for range 3 {
		call(t, s, "PUT", "/bookings/a1", "k1", haircut)
	}

	require.JSONEq(t, `[
		{"method":"PUT","booking":"a1","key":"k1","status":500,"repeat":false},
		{"method":"PUT","booking":"a1","key":"k1","status":201,"repeat":false},
		{"method":"PUT","booking":"a1","key":"k1","status":201,"repeat":true}
	]`, call(t, s, "GET", "/calls", "", "").Body.String())
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, method, path, body, says string }{
		{"no JSON", "PUT", "/bookings/a1", "haircut", "no booking"},
		{"ends before it starts", "PUT", "/bookings/a1", `{"starts_at":"2027-03-30T08:00:00Z"}`, "ends_at"},
		{"a fault of nothing", "POST", "/faults", `{"times":1,"status":500}`, "send"},
		{"a fault that is none", "POST", "/faults", `{"booking":"*","times":1,"status":200}`, "send"},
		{"a fault that both fails and answers", "POST", "/faults", `{"booking":"*","times":1,"status":500,"answer":{}}`, "send"},
		{"a typing error", "POST", "/faults", `{"booking":"*","time":1,"status":500}`, "unknown field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			w := call(t, calendar.New(), c.method, c.path, "k1", c.body)

			require.Equal(t, http.StatusBadRequest, w.Code)
			require.Contains(t, w.Body.String(), c.says)
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := calendar.New()

	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() { call(t, s, "PUT", "/bookings/a1", "k1", haircut) })
	}
	wait.Wait()

	calls := call(t, s, "GET", "/calls", "", "").Body.String()
	require.Equal(t, 1, strings.Count(calls, `"repeat":false`))
}
