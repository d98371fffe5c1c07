package domains

import "github.com/herald-bus/herald/domains/customers"

// E164 returns a telephone number as the network writes it, given as somebody in the
// region types it; nothing, if it is none under which a person can be reached.
func E164(number, region string) string {
	n, err := customers.NormalizePhone(number, region)
	if err != nil {
		return ""
	}
	return n.Value
}
