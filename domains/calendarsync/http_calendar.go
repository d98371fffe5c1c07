package calendarsync

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/herald-bus/herald/events"
)

// HTTPCalendar is a calendar behind HTTP: PUT and DELETE /bookings/{id}, with the
// header Idempotency-Key.
type HTTPCalendar struct {
	url    string
	client *http.Client
}

// NewHTTPCalendar returns the calendar at the given address.
func NewHTTPCalendar(address string) *HTTPCalendar {
	const timeout = 10 * time.Second
	return &HTTPCalendar{url: strings.TrimSuffix(address, "/"), client: &http.Client{Timeout: timeout}}
}

// Put implements [Calendar].
func (c *HTTPCalendar) Put(ctx context.Context, key string, b Booking) error {
	body, err := json.Marshal(b)
	if err != nil {
		return events.Permanent(err)
	}
	return c.call(ctx, http.MethodPut, key, b.ID, body)
}

// Delete implements [Calendar].
func (c *HTTPCalendar) Delete(ctx context.Context, key, bookingID string) error {
	return c.call(ctx, http.MethodDelete, key, bookingID, nil)
}

func (c *HTTPCalendar) call(ctx context.Context, method, key, id string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, method, c.url+"/bookings/"+url.PathEscape(id), bytes.NewReader(body))
	if err != nil {
		return events.Permanent(fmt.Errorf("HERALD_CALENDAR_URL: %w", err))
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := c.client.Do(request)
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	defer response.Body.Close()
	const longest = 500
	text, err := io.ReadAll(io.LimitReader(response.Body, longest))
	if err != nil {
		return fmt.Errorf("calendar: read the answer: %w", err)
	}
	return judge(method, response, strings.TrimSpace(string(text)))
}

// judge says what an answer means: done, try again, try again then, or never.
func judge(method string, response *http.Response, text string) error {
	status := response.StatusCode
	err := fmt.Errorf("calendar: %s: %s", response.Status, text)
	switch {
	case status < http.StatusMultipleChoices, method == http.MethodDelete && status == http.StatusNotFound:
		return nil
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly, status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		if seconds, parseErr := strconv.Atoi(response.Header.Get("Retry-After")); parseErr == nil {
			return events.RetryAfter(time.Duration(seconds)*time.Second, err)
		}
		return err
	default:
		return events.Permanent(err)
	}
}
