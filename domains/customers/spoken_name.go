package customers

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Heard is where a caller's name may be found after or during a call.
type Heard struct {
	// Function is the name given to a function call.
	Function string
	// CallerFullName and PatientFullName are the vendor's analysis.
	CallerFullName, PatientFullName string
	Transcript                      []Line
	// AgentName is what the assistant calls itself, which is nobody's name.
	AgentName string
	// HasNumber says that the caller's number is known.
	HasNumber bool
}

// A Line is what one side of a call said in one go.
type Line struct {
	// Caller is false for the assistant.
	Caller bool
	Text   string
}

// How sure a name is that was given in its own field.
const (
	sureWithNumber    = 99
	sureWithoutNumber = 50
)

// SpokenName returns the first name that counts among those that were heard, and
// how sure it is, from 0 to 100; or nothing. It never replaces a real name.
func SpokenName(h Heard) (name Name, confidence int) {
	for _, given := range []string{h.Function, h.CallerFullName, h.PatientFullName} {
		if name, err := ValidateName(given, nil, true); err == nil {
			if h.HasNumber {
				return name, sureWithNumber
			}
			return name, sureWithoutNumber
		}
	}
	text, confidence := nameIn(h.Transcript, h.AgentName)
	if name, err := ValidateName(text, nil, true); err == nil {
		if !h.HasNumber {
			confidence = 0
		}
		return name, confidence
	}
	return Name{}, 0
}

// person is a name as a transcript has it: words with capitals, and particles.
const person = `((?:(?:Herr|Frau|Dr\.|Prof\.)\s+)*\p{Lu}[\p{L}'’-]+(?:\s+(?:von|van|de|der|den|zu|zum|zur|vom|da|di|del|el|al|ben|bin))*(?:\s+\p{Lu}[\p{L}'’-]+){0,2})`

var (
	asksForName   = regexp.MustCompile(`(?i)\bname\b|\bheißen\b|\bheissen\b`)
	answersName   = regexp.MustCompile(`^(?:(?i:ja|also|äh|ähm|gern|gerne|natürlich|mein name ist|ich heiße|ich heisse|ich bin|das ist)[,.]?\s+)*` + person + `\s*[.!]?$`)
	introductions = []struct {
		confidence int
		pattern    *regexp.Regexp
	}{
		{95, regexp.MustCompile(`(?i:\bmein name ist|\bich hei(?:ß|ss)e|\bich bin(?: der| die)?)\s+` + person)},
		{95, regexp.MustCompile(person + `\s+(?i:ist mein name)`)},
		{80, regexp.MustCompile(`(?i:\bja),?\s+` + person + `,?\s+(?i:ich (?:hätte|würde|möchte))`)},
		{60, regexp.MustCompile(`(?i:\bhier spricht|\bhier ist)\s+` + person)},
		{60, regexp.MustCompile(person + `\s+(?i:am apparat)`)},
	}
	// noNames begin with a capital and follow "ich bin" all the same.
	noNames = []string{"termin", "krank", "neu", "kunde", "kundin", "spät", "da", "dran"}
)

const (
	minSpoken = 3
	maxSpoken = 49
)

// nameIn looks for a name in what the caller says, the surest way of saying it
// first.
func nameIn(transcript []Line, agent string) (string, int) {
	asked := false
	for _, line := range transcript {
		if line.Caller && asked {
			if name := captured(answersName, line.Text, agent); name != "" {
				return name, sureWithNumber
			}
		}
		asked = !line.Caller && asksForName.MatchString(line.Text)
	}
	for _, introduction := range introductions {
		for _, line := range transcript {
			if !line.Caller {
				continue
			}
			if name := captured(introduction.pattern, line.Text, agent); name != "" {
				return name, introduction.confidence
			}
		}
	}
	return "", 0
}

// captured returns the name that a pattern finds, if it can be one.
func captured(pattern *regexp.Regexp, text, agent string) string {
	found := pattern.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return ""
	}
	name := strings.TrimRight(found[1], " -'’")
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	length := utf8.RuneCountInString(name)
	if length < minSpoken || length > maxSpoken || slices.Contains(noNames, first) || agent != "" && Fold(name) == Fold(agent) {
		return ""
	}
	return name
}
