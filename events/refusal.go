package events

import "fmt"

// A Refusal is the answer to a command that a rule forbids. It is an error to its
// caller and no failure of the system: nothing has changed, and nobody tries again
// by himself.
type Refusal struct {
	// Code is stable and snake_case, such as slot_taken.
	Code string `json:"code"`
	// Rule is the id of the rule in docs/rules.md, such as APT-3.
	Rule string `json:"rule,omitzero"`
	// Text says, in a sentence, what was refused, with the value and the remedy.
	Text string `json:"text"`
	// Facts are what a channel needs to say it in its own words: instants in
	// RFC 3339, figures, ids, names.
	Facts map[string]string `json:"facts,omitzero"`
}

func (r *Refusal) Error() string {
	if r.Rule == "" {
		return fmt.Sprintf("%s: %s", r.Code, r.Text)
	}
	return fmt.Sprintf("%s (%s): %s", r.Code, r.Rule, r.Text)
}

// Refuse returns a [*Refusal] with a text made as fmt.Sprintf does.
func Refuse(code, rule, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Rule: rule, Text: fmt.Sprintf(format, args...)}
}

// With adds a fact and returns r.
func (r *Refusal) With(name, value string) *Refusal {
	if r.Facts == nil {
		r.Facts = map[string]string{}
	}
	r.Facts[name] = value
	return r
}
