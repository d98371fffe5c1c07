package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Canonical writes JSON in the one form of RFC 8785: no spaces, members in the
// order of their names' UTF-16 units, numbers as ECMAScript prints them. Two
// texts with the same meaning become the same bytes.
func Canonical(data json.RawMessage) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	var out bytes.Buffer
	if err := writeCanonical(&out, value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func writeCanonical(out *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case string:
		writeText(out, v)
	case json.Number:
		return writeNumber(out, v)
	case []any:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeCanonical(out, item); err != nil {
				return err
			}
		}
		out.WriteByte(']')
	case map[string]any:
		return writeMembers(out, v)
	}
	return nil
}

func writeMembers(out *bytes.Buffer, object map[string]any) error {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	})
	out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			out.WriteByte(',')
		}
		writeText(out, name)
		out.WriteByte(':')
		if err := writeCanonical(out, object[name]); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

var short = strings.NewReplacer("\b", `\b`, "\t", `\t`, "\n", `\n`, "\f", `\f`, "\r", `\r`, `"`, `\"`, `\`, `\\`)

func writeText(out *bytes.Buffer, text string) {
	out.WriteByte('"')
	for _, r := range short.Replace(text) {
		if r < ' ' {
			fmt.Fprintf(out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	out.WriteByte('"')
}

// writeNumber prints a double as ECMAScript does: the shortest digits that read
// back, with an exponent from 1e21 up and below 1e-6.
func writeNumber(out *bytes.Buffer, number json.Number) error {
	f, err := number.Float64()
	if err != nil || math.IsInf(f, 0) {
		return fmt.Errorf("number %s does not fit", number)
	}
	switch size := math.Abs(f); {
	case f == 0:
		out.WriteByte('0') // minus zero too
	case size >= 1e21 || size < 1e-6:
		digits, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
		sign := exponent[:1]
		fmt.Fprintf(out, "%se%s%s", digits, sign, strings.TrimLeft(exponent[1:], "0"))
	default:
		out.WriteString(strconv.FormatFloat(f, 'f', -1, 64))
	}
	return nil
}
