package customers

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/herald-bus/herald/events"
)

// MailRules are the addresses that are nobody's.
type MailRules struct {
	// Placeholders are domains whose addresses exist towards the calendar only.
	Placeholders []string
	// Production refuses the domains that are reserved for examples and tests.
	Production bool
}

const (
	maxLocal   = 64
	maxAddress = 254
)

var (
	localPart = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~` + "`" + `-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~` + "`" + `-]+)*$`)
	reserved  = []string{"example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"}
	// spoken are the words that people say for signs, longer ones first.
	spoken = strings.NewReplacer(
		" klammeraffe ", "@", " at ", "@", " ät ", "@", " punkt ", ".", " dot ", ".",
		" bindestrich ", "-", " minus ", "-", " unterstrich ", "_", " ", "")
)

// RepairSpoken makes an address of one that was said aloud. Its outcome is to be
// read back and counts as unverified.
func RepairSpoken(said string) string {
	text := strings.Join(strings.Fields(said), "  ") // two spaces: each word has its own
	return spoken.Replace(strings.ToLower(" " + text + " "))
}

// NormalizeEmail reads an address; an empty one, and one that is a placeholder,
// becomes "". It refuses with email_invalid.
func NormalizeEmail(raw string, rules MailRules) (string, error) {
	text := strings.TrimSpace(raw)
	if text == "" {
		return "", nil
	}
	invalid := func(why string) (string, error) {
		return "", events.Refuse("email_invalid", "CUS-22", "%q is no e-mail address, %s: spell it", raw, why)
	}
	local, domain, _ := strings.Cut(text, "@")
	switch {
	case strings.Count(text, "@") != 1:
		return invalid("it needs exactly one @")
	case len(local) > maxLocal || len(text) > maxAddress:
		return invalid("it is too long")
	case !localPart.MatchString(local):
		return invalid("the part before the @ has signs that can't be there")
	}
	if _, err := netip.ParseAddr(strings.Trim(domain, "[]")); err == nil || strings.HasPrefix(domain, "[") {
		return invalid("after the @ a domain is needed, not a machine's number")
	}
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(domain))
	if err != nil || !strings.Contains(strings.Trim(ascii, "."), ".") || ascii != strings.Trim(ascii, ".") || strings.Contains(ascii, "..") {
		return invalid("the part after the @ is no domain")
	}
	if len(local)+1+len(ascii) > maxAddress {
		return invalid("it is too long")
	}
	switch {
	case slices.ContainsFunc(rules.Placeholders, func(d string) bool { return under(ascii, d) }):
		return "", nil
	case rules.Production && slices.ContainsFunc(reserved, func(d string) bool { return under(ascii, d) }):
		return "", events.Refuse("email_invalid", "CUS-24", "%s is reserved for examples: give an address that takes mail", ascii)
	}
	return local + "@" + ascii, nil
}

// under says whether a domain is the other or below it.
func under(domain, other string) bool {
	other = strings.ToLower(other)
	return other != "" && (domain == other || strings.HasSuffix(domain, "."+other))
}
