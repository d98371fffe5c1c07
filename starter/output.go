package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/herald-bus/herald/events"
)

// say writes a line to standard error: hints, summaries, errors.
func (a *app) say(format string, args ...any) {
	_, _ = fmt.Fprintf(a.stderr, format+"\n", args...)
}

// print writes one value as the output format has it; text writes it for people.
func (a *app) print(value any, text func(w io.Writer)) error {
	var out bytes.Buffer
	switch a.flags.output {
	case outputNone:
		return nil
	case outputText:
		text(&out)
	default:
		if err := a.encode(&out, value); err != nil {
			return err
		}
		out.WriteByte('\n')
	}
	_, err := out.WriteTo(a.stdout)
	return err
}

// encode writes JSON: on one line for jsonl, indented for json.
func (a *app) encode(w io.Writer, value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode the output: %w", err)
	}
	if a.flags.output == outputJSON {
		encoded = indent(encoded)
	}
	_, err = w.Write(encoded)
	return err
}

func indent(raw []byte) []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return raw
	}
	return out.Bytes()
}

// printList writes a list: one array in json, one line each in jsonl.
func printList[T any](a *app, items []T, text func(w io.Writer)) error {
	if a.flags.output != outputJSONL {
		if items == nil {
			items = []T{}
		}
		return a.print(items, text)
	}
	for _, item := range items {
		if err := a.print(item, text); err != nil {
			return err
		}
	}
	return nil
}

// A column of a table. The last one may wrap on a narrow terminal.
type column struct {
	name  string
	right bool
}

func columns(names ...string) []column {
	list := make([]column, len(names))
	for i, name := range names {
		list[i].name, list[i].right = strings.CutPrefix(name, ">")
	}
	return list
}

// table writes aligned columns. Names that start with ">" align to the right.
func (a *app) table(w io.Writer, names []string, rows [][]string) {
	t := table.NewWriter()
	t.SetStyle(table.Style{
		Box:    table.BoxStyle{PaddingRight: "  "},
		Format: table.FormatOptions{Header: text.FormatDefault},
		Options: table.Options{
			DrawBorder: false, SeparateColumns: false, SeparateFooter: false, SeparateHeader: false, SeparateRows: false,
		},
	})
	paint := a.paint(a.stdout)
	var header table.Row
	var configs []table.ColumnConfig
	for i, c := range columns(names...) {
		header = append(header, paint.dim(c.name))
		config := table.ColumnConfig{Number: i + 1}
		if c.right {
			config.Align, config.AlignHeader = text.AlignRight, text.AlignRight
		}
		if i == len(names)-1 {
			config.WidthMax, config.WidthMaxEnforcer = a.lastColumn(names, rows), text.WrapSoft
		}
		configs = append(configs, config)
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	for _, row := range rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			cells[i] = cell
		}
		t.AppendRow(cells)
	}
	for line := range strings.Lines(t.Render()) {
		_, _ = fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

// lastColumn returns what a terminal leaves to the last column, or 0 for no limit.
func (a *app) lastColumn(names []string, rows [][]string) int {
	const least = 20
	width := a.width(a.stdout)
	if width == 0 {
		return 0
	}
	for i := range names[:len(names)-1] {
		widest := text.StringWidthWithoutEscSequences(names[i])
		for _, row := range rows {
			widest = max(widest, text.StringWidthWithoutEscSequences(row[i]))
		}
		width -= widest + 2
	}
	return max(width, least)
}

// pairs writes names and values under each other; empty values are left out.
func (a *app) pairs(w io.Writer, pairs ...[2]string) {
	widest := 0
	for _, p := range pairs {
		if p[1] != "" {
			widest = max(widest, len(p[0]))
		}
	}
	paint := a.paint(a.stdout)
	for _, p := range pairs {
		if p[1] != "" {
			_, _ = fmt.Fprintf(w, "%s%s  %s\n", paint.dim(p[0]), strings.Repeat(" ", widest-len(p[0])), p[1])
		}
	}
}

// when writes an instant as --time-format has it.
func (a *app) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	switch a.flags.timeFormat {
	case "iso":
		return t.UTC().Format(time.RFC3339)
	case "raw":
		return t.UTC().Format(time.RFC3339Nano)
	}
	switch d := a.now().Sub(t); {
	case d >= time.Second:
		return span(d) + " ago"
	case d > -time.Second:
		return "now"
	default:
		return "in " + span(-d)
	}
}

// span writes a duration with its two largest units: 2d3h, 5m, 1m30s.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	units := []struct {
		name string
		size time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}}
	for i, unit := range units {
		if d < unit.size {
			continue
		}
		out := fmt.Sprintf("%d%s", d/unit.size, unit.name)
		if i+1 < len(units) {
			if rest := d % unit.size / units[i+1].size; rest > 0 {
				out += fmt.Sprintf("%d%s", rest, units[i+1].name)
			}
		}
		return out
	}
	return "0s"
}

// status colours the state of an event or of a listener, or of a publish.
func (p paint) status(status string) string {
	switch status {
	case string(events.Delivered), string(events.Succeeded), statusPublished, statusValid, statusRedriven:
		return p.green(status)
	case string(events.Failed), statusRejected:
		return p.red(status)
	default:
		return p.yellow(status)
	}
}
