package main

import (
	"bytes"
	"fmt"
)

// A resultWriter writes the results of a batch while it goes on: lines of text,
// lines of JSON, or one JSON array.
type resultWriter struct {
	*app
	count int
}

func (w *resultWriter) write(r publishResult) error {
	w.count++
	var out bytes.Buffer
	switch w.flags.output {
	case outputNone:
		return nil
	case outputText:
		w.text(&out, r)
	case outputJSON:
		out.WriteString(map[bool]string{true: "[\n", false: ",\n"}[w.count == 1])
		if err := w.encode(&out, r); err != nil {
			return err
		}
	default:
		if err := w.encode(&out, r); err != nil {
			return err
		}
		out.WriteByte('\n')
	}
	_, err := out.WriteTo(w.stdout)
	return err
}

// close ends the array.
func (w *resultWriter) close() error {
	if w.flags.output != outputJSON {
		return nil
	}
	end := "\n]\n"
	if w.count == 0 {
		end = "[]\n"
	}
	_, err := w.stdout.Write([]byte(end))
	return err
}

func (w *resultWriter) text(out *bytes.Buffer, r publishResult) {
	const widest = len(statusPublished)
	id := r.ID
	if id == "" {
		id = "-"
	}
	about := r.Type
	if r.Status == statusDuplicate {
		about += " (" + string(r.DeliveryStatus) + ")"
	}
	if r.Error != "" {
		about = r.Error
	}
	padding := fmt.Sprintf("%*s", widest-len(r.Status), "")
	_, _ = fmt.Fprintf(out, "%6d  %s%s  %-36s  %s\n", r.Line, w.paint(w.stdout).status(r.Status), padding, id, about)
}
