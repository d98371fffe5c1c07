package customers

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"github.com/herald-bus/herald/events"
)

// A Number is a telephone number as it is kept.
type Number struct {
	// Value is in E.164, without the extension. It is empty if Withheld.
	Value    string `json:"value"`
	LineType string `json:"line_type"`
	// Region is the number's country, such as DE.
	Region    string `json:"region"`
	Extension string `json:"extension,omitzero"`
	// Withheld says that there is no number, on purpose or by the network.
	Withheld bool `json:"withheld,omitzero"`
}

// lineTypes are the kinds of lines; any other is "other".
var lineTypes = map[phonenumbers.PhoneNumberType]string{
	phonenumbers.MOBILE: "mobile", phonenumbers.FIXED_LINE: "fixed", phonenumbers.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
	phonenumbers.VOIP: "voip", phonenumbers.PERSONAL_NUMBER: "personal",
	phonenumbers.TOLL_FREE: "toll_free", phonenumbers.SHARED_COST: "shared_cost", phonenumbers.PREMIUM_RATE: "premium",
}

// personal are the lines at which one person can be reached.
var personal = []string{"mobile", "fixed", "fixed_or_mobile", "voip", "personal"}

// withheld is what stands in the place of a number: words, and words typed on a
// telephone's keys.
var withheld = []string{
	"", "anonymous", "anonym", "unknown", "unbekannt", "blocked", "private", "withheld", "restricted", "unavailable", "null",
	"00000000", "266696687", "7378742833", "2562533", "8656696", "86282452253",
}

// askForAreaCode are the countries whose numbers without an area code look like
// complete numbers of another town.
var askForAreaCode = []string{"DE", "AT", "CH"}

var extension = regexp.MustCompile(`(?i)\s*(?:;ext=|\bext(?:ension|n)?\b\.?|\bx|durchwahl|#)\s*:?\s*([0-9]{1,7})$`)

// NormalizePhone reads a number as somebody in the region types it or a network
// sends it. It refuses with phone_invalid, phone_incomplete, or, then together
// with the number, phone_not_personal.
func NormalizePhone(raw, region string) (Number, error) {
	region = country(region)
	text, ext := unwrap(raw)
	if text != "+" && slices.Contains(withheld, strings.TrimPrefix(strings.ToLower(text), "+")) {
		return Number{Withheld: true}, nil
	}
	if strings.ContainsFunc(text, unicode.IsLetter) {
		return Number{}, events.Refuse("phone_invalid", "CUS-3", "%q has letters: say or type the digits", raw)
	}
	parsed, ok := parse(text, region)
	if !ok {
		return Number{}, events.Refuse("phone_invalid", "CUS-1", "%q is no telephone number in %s: say it again, from abroad with + and the country", raw, region)
	}
	n := Number{
		Value:    phonenumbers.Format(parsed, phonenumbers.E164),
		LineType: "other", Region: phonenumbers.GetRegionCodeForNumber(parsed), Extension: ext,
	}
	if known, ok := lineTypes[phonenumbers.GetNumberType(parsed)]; ok {
		n.LineType = known
	}
	switch complete := text[0] == '+' || strings.HasPrefix(digits(text), "0") || isInternational(text, region); {
	case !complete && slices.Contains(askForAreaCode, region) && n.LineType != "mobile":
		return Number{}, events.Refuse("phone_incomplete", "CUS-5", "%q has no area code: say the number with it", raw)
	case !slices.Contains(personal, n.LineType):
		return n, events.Refuse("phone_not_personal", "CUS-9", "%s reaches a service, not a person: give a number under which you can be reached", n.Value)
	}
	return n, nil
}

// unwrap takes a number out of its Unicode and its URI, and the extension off it.
func unwrap(raw string) (number, ext string) {
	text := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(raw))
	text = strings.TrimSpace(text)
	scheme, rest, isURI := strings.Cut(text, ":")
	switch scheme = strings.ToLower(scheme); {
	case isURI && scheme == "tel":
		text = rest
	case isURI && (scheme == "sip" || scheme == "sips"):
		text, _, _ = strings.Cut(rest, "@")
	}
	if found := extension.FindStringSubmatchIndex(text); found != nil && found[0] > 0 {
		text, ext = text[:found[0]], text[found[2]:found[3]]
	}
	text, _, _ = strings.Cut(text, ";")
	return strings.TrimSpace(text), ext
}

// parse reads the number with its country, if it seems to have one that only lacks
// the +, and else as one of the region.
func parse(text, region string) (*phonenumbers.PhoneNumber, bool) {
	if isInternational(text, region) {
		return valid("+"+digits(text), region)
	}
	return valid(text, region)
}

// isInternational says whether bare digits are a valid number with its country's
// code in front.
func isInternational(text, region string) bool {
	bare := digits(text)
	code := phonenumbers.GetCountryCodeForRegion(region)
	if strings.HasPrefix(text, "+") || len(bare) < 11 || code == 0 || !strings.HasPrefix(bare, strconv.Itoa(code)) {
		return false
	}
	_, ok := valid("+"+bare, region)
	return ok
}

// maxE164 is the length of the longest number, its plus included. Some plans of the
// library have room for longer ones.
const maxE164 = 16

func valid(text, region string) (*phonenumbers.PhoneNumber, bool) {
	parsed, err := phonenumbers.Parse(text, region)
	return parsed, err == nil && phonenumbers.IsValidNumber(parsed) && len(phonenumbers.Format(parsed, phonenumbers.E164)) <= maxE164
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// country is the ISO 3166-1 code of a region such as DE-BE; without one it is DE.
func country(region string) string {
	code, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(region)), "-")
	if code == "" {
		return "DE"
	}
	return code
}
