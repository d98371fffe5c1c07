package customers

import "strings"

// MaskPhone returns a number in the form in which it may be logged.
func MaskPhone(number string) string {
	return number[:min(6, len(number))] + "****"
}

// MaskEmail returns an address in the form in which it may be logged.
func MaskEmail(address string) string {
	local, domain, found := strings.Cut(address, "@")
	if !found || local == "" {
		return "****"
	}
	return string([]rune(local)[:1]) + "****@" + domain
}
