package appointments

import (
	"encoding/json"
	"time"

	"github.com/herald-bus/herald/events/appointment"
)

// What the tests look at by itself: the rules, without a database.
var (
	ConfirmBy = confirmBy
	Reminders = reminders
	PartOf    = partOf
	Strictest = strictest
	IsLate    = isLate
)

// FeeOf returns the fee of a policy, as it is written down.
func FeeOf(policy string, priceCents int64, notice time.Duration) int64 {
	var c config
	if err := json.Unmarshal([]byte(policy), &c); err != nil {
		panic(err)
	}
	return feeOf(c.rule(), priceCents, notice)
}

// RuleOf returns the rule of a policy, as it is written down.
func RuleOf(policy string) appointment.Rule {
	var c config
	if err := json.Unmarshal([]byte(policy), &c); err != nil {
		panic(err)
	}
	return c.rule()
}
