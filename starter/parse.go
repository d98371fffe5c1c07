package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/herald-bus/herald/events"
)

// maxInput is the most that is read as one event: more than the bus takes, so
// that the bus can say what is too much.
const maxInput = 2 * events.MaxEventBytes

// readInput reads a file, or standard input for "-".
func (a *app) readInput(flag, name string) ([]byte, error) {
	in := a.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, usage("--%s: %s", flag, err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("--%s: read %s: %w", flag, name, err)
	case len(raw) > maxInput:
		return nil, usage("--%s: %s has more than %d bytes, which no event has", flag, name, maxInput)
	}
	return raw, nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// checkJSON returns the trimmed text, or where it is not JSON, in lines counted
// from first.
func checkJSON(raw []byte, first int) ([]byte, error) {
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	var value json.RawMessage
	err := json.Unmarshal(raw, &value)
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case err == nil:
		return bytes.TrimSpace(raw), nil
	case len(bytes.TrimSpace(raw)) == 0:
		return nil, errors.New("it is empty: write JSON")
	case ok:
		line, column := position(raw, syntax.Offset)
		return nil, fmt.Errorf("invalid JSON at %d:%d: %w", first-1+line, column, err)
	}
	return nil, fmt.Errorf("invalid JSON: %w", err)
}

// position returns the line and the column, in characters from 1, of the last of
// the first offset bytes.
func position(raw []byte, offset int64) (line, column int) {
	before := raw[:max(0, min(offset-1, int64(len(raw))))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// parseEvent reads a CloudEvent in JSON. Everything but type and data may be left
// out, the specversion too. The text starts in the given line of its file.
func parseEvent(raw []byte, first int) (events.Envelope, error) {
	var env events.Envelope
	raw, err := checkJSON(raw, first)
	if err != nil {
		return env, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return env, errors.New("an event must be a JSON object")
	}
	switch {
	case members["type"] == nil:
		return env, errors.New(`attribute type is missing: name the event type, as in "type":"call.started"`)
	case members["specversion"] == nil:
		raw = append([]byte(`{"specversion":"1.0",`), raw[1:]...)
	}
	if err := env.UnmarshalJSON(raw); err != nil {
		return env, err
	}
	if env.Data == nil {
		return env, errors.New(`attribute data is missing: write the event's fields, as in "data":{}`)
	}
	return env, nil
}

// isCloudEvent reports whether the JSON is a whole CloudEvent rather than data.
func isCloudEvent(raw []byte) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(raw, &members) == nil && members["specversion"] != nil && members["type"] != nil
}
