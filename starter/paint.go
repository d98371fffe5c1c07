package main

import "io"

// A paint colours text, or leaves it alone.
type paint bool

// paint decides for a stream: what is written to a file has no colours, whatever
// the other stream is, and data for machines never has any.
func (a *app) paint(w io.Writer) paint {
	if w == a.stdout && a.flags.output != outputText {
		return false
	}
	switch a.flags.color {
	case "always":
		return true
	case "auto":
		return a.env("NO_COLOR", "") == "" && a.env("TERM", "") != "dumb" && a.width(w) > 0
	}
	return false
}

func (p paint) with(code, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p paint) red(text string) string    { return p.with("31", text) }
func (p paint) green(text string) string  { return p.with("32", text) }
func (p paint) yellow(text string) string { return p.with("33", text) }
func (p paint) bold(text string) string   { return p.with("1", text) }
func (p paint) dim(text string) string    { return p.with("2", text) }
