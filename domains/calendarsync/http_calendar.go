package calendarsync

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/herald-bus/herald/events"
)

const (
	httpTimeout   = 10 * time.Second
	maxAnswer     = 64 << 10 // bytes that are read of an answer
	maxMessage    = 300      // characters of it that an error repeats
	maxRetryAfter = 24 * time.Hour
)

// HTTPCalendar is a vendor's calendar: PUT and DELETE /bookings/{id}, with the
// header Idempotency-Key. The answer to PUT is the [Entry] that there is now.
type HTTPCalendar struct {
	bookings string
	client   *http.Client
}

// NewHTTPCalendar returns the calendar at the given address. It connects to nobody.
func NewHTTPCalendar(address string) (*HTTPCalendar, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, errors.New("calendarsync: HERALD_CALENDAR_URL must be an address like https://calendar.example")
	}
	return &HTTPCalendar{
		bookings: parsed.JoinPath("bookings").String() + "/",
		client: &http.Client{
			Timeout: httpTimeout,
			// A redirect would make a GET of a PUT.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Put implements [Calendar].
func (c *HTTPCalendar) Put(ctx context.Context, key string, b Booking) (entry Entry, err error) {
	body, err := json.Marshal(b)
	if err != nil {
		return entry, events.Permanent(fmt.Errorf("calendarsync: encode the booking: %w", err)) // it stays the same
	}
	answer, err := c.call(ctx, http.MethodPut, key, b.ID, body)
	if err != nil || json.Unmarshal(answer, &entry) != nil {
		return Entry{}, err // what is no entry says nothing of what is held
	}
	return entry, nil
}

// Delete implements [Calendar].
func (c *HTTPCalendar) Delete(ctx context.Context, key, bookingID string) error {
	_, err := c.call(ctx, http.MethodDelete, key, bookingID, nil)
	return err
}

func (c *HTTPCalendar) call(ctx context.Context, method, key, id string, body []byte) ([]byte, error) {
	if id == "." || id == ".." {
		return nil, events.Permanent(fmt.Errorf("calendarsync: %q can't be a booking's id: no address leads there", id))
	}
	request, err := http.NewRequestWithContext(ctx, method, c.bookings+url.PathEscape(id), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("calendarsync: %w", err)
	}
	request.Header.Set("Idempotency-Key", key)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("calendarsync: reach the calendar: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("calendarsync: read the calendar's answer: %w", err)
	}
	return answer, judge(method, response, answer)
}

// judge says what an answer means: done, try again, try again then, or never.
func judge(method string, response *http.Response, answer []byte) error {
	status := response.StatusCode
	err := fmt.Errorf("calendarsync: the calendar answers %d %s to %s: %s", status, http.StatusText(status), method, messageIn(answer))
	switch {
	case status >= 200 && status < 300:
		return nil
	case method == http.MethodDelete && (status == http.StatusNotFound || status == http.StatusGone):
		return nil // what is to go is gone
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		if after, ok := retryAfter(response.Header); ok {
			return events.RetryAfter(after, err)
		}
		return err
	case status == http.StatusConflict:
		return fmt.Errorf("%w: %w", ErrTaken, err) // somebody may cancel, for whoever can wait
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return err
	case status >= 400 && status < 500:
		return events.Permanent(err) // the vendor refuses this request, whenever it comes
	}
	return err
}

// messageIn returns what the vendor says, of a JSON object or of a text.
func messageIn(answer []byte) string {
	var object struct {
		Message string `json:"message"`
		Detail  string `json:"detail"`
		Error   string `json:"error"`
	}
	text := string(answer)
	if json.Unmarshal(answer, &object) == nil {
		text = cmp.Or(object.Message, object.Detail, object.Error, text)
	}
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > maxMessage {
		return string(runes[:maxMessage]) + "…"
	}
	return cmp.Or(string(runes), "no message")
}

// retryAfter reads the header of that name: seconds, or a date by the vendor's own
// clock.
func retryAfter(header http.Header) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), maxRetryAfter), true
}
