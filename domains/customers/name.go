package customers

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// A Name is what somebody is called, in parts.
type Name struct {
	// Salutation is herr, frau, or none.
	Salutation string `json:"salutation,omitzero"`
	Title      string `json:"title,omitzero"`
	First      string `json:"first,omitzero"`
	Last       string `json:"last,omitzero"`
}

// The salutations.
const (
	Herr         = "herr"
	Frau         = "frau"
	NoSalutation = "none"
)

// Display returns the name as it is shown: with the title, and with the salutation
// if there is a last name only.
func (n Name) Display() string {
	parts := []string{n.Title, n.First, n.Last}
	if n.First == "" && n.Salutation != "" && n.Salutation != NoSalutation {
		parts = append([]string{capitalize(n.Salutation)}, parts...)
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")
}

const (
	minName = 2
	maxName = 100
)

var (
	placeholders = []string{"anonym", "anonymous", "unbekannt", "unknown", "gast", "guest", "kunde", "customer", "n/a", "na", "-", "test"}
	particles    = []string{"von", "van", "de", "der", "den", "zu", "zum", "zur", "vom", "da", "di", "del", "el", "al", "ben", "bin"}
	titles       = map[string]string{"dr.": "Dr.", "dr": "Dr.", "prof.": "Prof.", "prof": "Prof."}
	// staffPrefixes make a staff member's name a wish: "bei Anna".
	staffPrefixes = []string{"bei", "beim", "mit", "zu", "zum", "zur"}
)

// ValidateName reads a name as somebody says or types it. It refuses with
// name_required, name_too_long, name_invalid_character, and, because of the active
// staff, with name_is_staff_preference and, unless the caller has insisted,
// name_is_staff.
func ValidateName(raw string, staff []customer.StaffName, insisted bool) (Name, error) {
	text := strings.Join(strings.Fields(norm.NFC.String(raw)), " ")
	lower := strings.ToLower(text)
	length := utf8.RuneCountInString(text)
	switch {
	case slices.Contains(placeholders, lower):
		return Name{}, events.Refuse("name_required", "CUS-12", "%q is nobody's name: ask for the caller's own", text)
	case length < minName:
		return Name{}, events.Refuse("name_required", "CUS-11", "a name has at least %d characters: ask for it", minName)
	case length > maxName:
		return Name{}, events.Refuse("name_too_long", "CUS-11", "a name of %d characters is too long: at most %d are kept", length, maxName)
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" -'’.,", r) {
			return Name{}, events.Refuse("name_invalid_character", "CUS-11", "%q can't be in a name: leave it out", string(r))
		}
	}
	switch {
	case strings.Count(text, ",") > 1:
		return Name{}, events.Refuse("name_invalid_character", "CUS-11", "a name has one comma at most: say first name and last name")
	case !strings.ContainsFunc(text, unicode.IsLetter):
		return Name{}, events.Refuse("name_required", "CUS-11", "%q has no letter: ask for the name", text)
	}
	if err := notStaff(text, staff, insisted); err != nil {
		return Name{}, err
	}
	name := SplitName(text)
	if name.First == "" && name.Last == "" {
		return Name{}, events.Refuse("name_required", "CUS-14", "%q is how somebody is addressed, not his name: ask for it", text)
	}
	return name, nil
}

// notStaff refuses names by which the caller means a staff member.
func notStaff(text string, staff []customer.StaffName, insisted bool) error {
	first, rest, _ := strings.Cut(text, " ")
	for _, member := range staff {
		own := Fold(member.Name)
		given, _, _ := strings.Cut(member.Name, " ")
		is := func(said string) bool { return said != "" && (Fold(said) == own || Fold(said) == Fold(given)) }
		if slices.Contains(staffPrefixes, strings.ToLower(first)) && is(rest) {
			return events.Refuse("name_is_staff_preference", "CUS-13", "%q asks for a staff member: ask for the caller's own name", text).With("staff_id", member.ID)
		}
		if !insisted && Fold(text) == own {
			return events.Refuse("name_is_staff", "CUS-13", "%q is the name of a staff member: ask whether it is the caller's, too, and then say so", text).With("staff_id", member.ID)
		}
	}
	return nil
}

// SplitName takes a name apart. It takes any text and never fails.
func SplitName(text string) Name {
	var n Name
	text = strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	text = n.cutAddress(text)
	if last, first, turned := strings.Cut(text, ","); turned {
		text = strings.TrimSpace(first) + " " + strings.TrimSpace(last)
		text = n.cutAddress(strings.TrimSpace(text))
	}
	shouted := text == strings.ToUpper(text)
	words := strings.Fields(text)
	isParticle := make([]bool, len(words))
	for i, word := range words {
		lower := strings.ToLower(word)
		isParticle[i] = slices.Contains(particles, lower) && (word == lower || shouted && i > 0) && i < len(words)-1
		if words[i] = capitalize(word); isParticle[i] {
			words[i] = lower
		}
	}
	switch {
	case len(words) == 0:
		return n
	case len(words) == 1 && n.Salutation == "" && n.Title == "":
		n.First = words[0]
		return n
	}
	last := len(words) - 1
	for last > 0 && isParticle[last-1] {
		last--
	}
	n.First, n.Last = strings.Join(words[:last], " "), strings.Join(words[last:], " ")
	return n
}

// cutAddress takes salutation and titles off the front.
func (n *Name) cutAddress(text string) string {
	for {
		word, rest, _ := strings.Cut(text, " ")
		lower := strings.ToLower(word)
		title, isTitle := titles[lower]
		switch {
		case n.Salutation == "" && (lower == Herr || lower == Frau):
			n.Salutation = lower
		case isTitle && n.Title == "":
			n.Title = title
		case isTitle:
			n.Title += " " + title
		default:
			return text
		}
		text = rest
	}
}

// capitalize writes a word that is in one case only as a name is written; a word
// in mixed case is somebody's own choice.
func capitalize(word string) string {
	if lower := strings.ToLower(word); word != lower && word != strings.ToUpper(word) {
		return word
	}
	start := true
	return strings.Map(func(r rune) rune {
		wasStart := start
		start = r == '-' || r == '\'' || r == '’' || r == '.'
		if wasStart {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, word)
}
