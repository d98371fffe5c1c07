package appointments

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// The kinds of policies. Each may also switch its operation off.
const (
	PolicyCancellation = "cancellation"
	PolicyReschedule   = "reschedule"
	PolicyRecurring    = "recurring"
	PolicyNoShow       = "no_show"
	PolicyBooking      = "booking"
	PolicyInquiry      = "appointment_inquiry"
	PolicyAvailability = "availability_inquiry"
	PolicyCallback     = "callback_service"
	PolicyServiceInfo  = "service_information"
	PolicyOpeningHours = "opening_hours"
	PolicyDisclosure   = "info_disclosure"
)

const (
	standardTiers = "standard"
	levelTenant   = "tenant"
	levelBranch   = "branch"
	levelService  = "service"
	levelStaff    = "staff"
	week          = 7 // days
)

var policyKinds = []string{
	PolicyCancellation, PolicyReschedule, PolicyRecurring, PolicyNoShow, PolicyBooking, PolicyInquiry, PolicyAvailability,
	PolicyCallback, PolicyServiceInfo, PolicyOpeningHours, PolicyDisclosure,
}

// policyLevels are in the order of merging: a later one wins.
var policyLevels = []string{levelTenant, levelBranch, levelService, levelStaff}

// A Policy is a piece of the terms, for one level of the tenant.
type Policy struct {
	Level string // tenant, branch, service or staff
	// LevelID is the id of the branch, service or staff member; empty for the tenant.
	LevelID string
	Kind    string
	// Config has the keys that this level decides; null decides for "none".
	Config json.RawMessage
}

// config is the keys that a kind of policy may have, as they are stored.
type config struct {
	HoursBefore       *float64               `json:"hours_before"`
	MaxPer30d         *int                   `json:"max_per_30d"`
	MaxPerAppointment *int                   `json:"max_per_appointment"`
	Late              string                 `json:"late"`
	Approval          bool                   `json:"approval"`
	FeeCents          *int64                 `json:"fee_cents"`
	FeeTiers          tiers                  `json:"fee_tiers"`
	FeePercentage     *float64               `json:"fee_percentage"`
	Enabled           *bool                  `json:"enabled"`
	AllowedHours      map[string][][2]string `json:"allowed_hours"`
	DisabledText      string                 `json:"disabled_text"`
	MinNoticeMin      *int                   `json:"min_notice_min"`
	MaxAdvanceDays    *int                   `json:"max_advance_days"`
	RemindQuarterHour bool                   `json:"remind_quarter_hour"`
	MaxOccurrences    *int                   `json:"max_occurrences"`
	Tell              []string               `json:"tell"`
}

// tiers are a list, or the name of a list that everybody knows.
type tiers []appointment.Tier

// UnmarshalJSON takes a list of tiers, or "standard".
func (t *tiers) UnmarshalJSON(text []byte) error {
	if string(text) == `"`+standardTiers+`"` {
		*t = tiers{{MinHours: 48, Cents: 0}, {MinHours: 24, Cents: 1000}, {MinHours: 0, Cents: 1500}}
		return nil
	}
	var list []appointment.Tier
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("fee_tiers must be a list of {min_hours, cents}, or %q: %w", standardTiers, err)
	}
	*t = list
	return nil
}

// validate reports what is wrong with a piece of policy, unknown keys included.
func (p Policy) validate() error {
	refuse := func(format string, args ...any) error {
		return events.Refuse("invalid_policy", "APT-31", format, args...)
	}
	switch {
	case !slices.Contains(policyKinds, p.Kind):
		return refuse("kind %q must be one of %q", p.Kind, policyKinds)
	case !slices.Contains(policyLevels, p.Level):
		return refuse("level %q must be one of %q", p.Level, policyLevels)
	case (p.Level == levelTenant) != (p.LevelID == ""):
		return refuse("level %s with id %q: every level but the tenant's has one", p.Level, p.LevelID)
	}
	keys, err := merge([]Policy{p})
	if err != nil {
		return refuse("%v", err)
	}
	c, err := keys.config()
	if err != nil {
		return refuse("%v", err)
	}
	negative := or(c.HoursBefore, 0) < 0 || or(c.MaxPer30d, 0) < 0 || or(c.MaxPerAppointment, 0) < 0 || or(c.FeeCents, 0) < 0
	percentage := or(c.FeePercentage, 0)
	switch {
	case negative:
		return refuse("hours, limits and fees must not be negative")
	case percentage < 0 || percentage > 100:
		return events.Refuse("invalid_policy", "APT-41", "fee_percentage %v must be from 0 to 100", percentage)
	case c.Late != "" && c.Late != "deny" && c.Late != "charge":
		return events.Refuse("invalid_policy", "APT-36", "late %q must be deny or charge", c.Late)
	}
	return nil
}

// A Setting is the value of a policy key and the level that it comes from.
type Setting struct {
	Value json.RawMessage `json:"value"`
	Level string          `json:"level"`
}

// Settings are the keys of an effective policy.
type Settings map[string]Setting

// merge joins pieces of one kind key by key; null is a value like any other.
func merge(pieces []Policy) (Settings, error) {
	merged := Settings{}
	for _, level := range policyLevels {
		for _, p := range pieces {
			if p.Level != level {
				continue
			}
			var keys map[string]json.RawMessage
			if err := json.Unmarshal(p.Config, &keys); err != nil {
				return nil, fmt.Errorf("policy %s of the %s %s: %w", p.Kind, p.Level, p.LevelID, err)
			}
			for key, value := range keys {
				merged[key] = Setting{value, level}
			}
		}
	}
	return merged, nil
}

func (s Settings) config() (c config, err error) {
	plain := map[string]json.RawMessage{}
	for key, setting := range s {
		if string(setting.Value) != "null" {
			plain[key] = setting.Value
		}
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return c, err
	}
	if unknown := unknownKeys(plain); len(unknown) > 0 {
		return c, fmt.Errorf("keys %q are unknown", unknown)
	}
	return c, json.Unmarshal(text, &c)
}

var configKeys = []string{
	"hours_before", "max_per_30d", "max_per_appointment", "late", "approval", "fee_cents", "fee_tiers", "fee_percentage", "enabled",
	"allowed_hours", "disabled_text", "min_notice_min", "max_advance_days", "remind_quarter_hour", "max_occurrences", "tell",
}

func unknownKeys(keys map[string]json.RawMessage) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(keys)), func(key string) bool { return slices.Contains(configKeys, key) })
}

func (c config) rule() appointment.Rule {
	rule := appointment.Rule{
		HoursBefore: c.HoursBefore, MaxPer30d: c.MaxPer30d, MaxPerAppointment: c.MaxPerAppointment,
		LateCharge: c.Late == "charge", Approval: c.Approval,
	}
	if c.FeeCents != nil || c.FeeTiers != nil || c.FeePercentage != nil {
		rule.Fees = []appointment.Fee{{FixedCents: c.FeeCents, Tiers: c.FeeTiers, Percentage: c.FeePercentage}}
	}
	return rule
}

// strictest joins the rules of several people in one appointment.
func strictest(rules []appointment.Rule) appointment.Rule {
	if len(rules) == 0 {
		return appointment.Rule{}
	}
	r := rules[0]
	for _, other := range rules[1:] {
		r.HoursBefore = pick(r.HoursBefore, other.HoursBefore, func(a, b float64) bool { return a > b })
		r.MaxPer30d = pick(r.MaxPer30d, other.MaxPer30d, func(a, b int) bool { return a < b })
		r.MaxPerAppointment = pick(r.MaxPerAppointment, other.MaxPerAppointment, func(a, b int) bool { return a < b })
		r.LateCharge = r.LateCharge && other.LateCharge
		r.Approval = r.Approval || other.Approval
		r.Fees = append(slices.Clone(r.Fees), other.Fees...)
	}
	return r
}

func pick[T any](a, b *T, stricter func(a, b T) bool) *T {
	if a == nil || b != nil && stricter(*b, *a) {
		return b
	}
	return a
}

// feeOf returns what a change at that notice costs. Tiers speak for every notice;
// a fixed fee and a percentage are the price of a change that comes too late,
// unless there is no "too late".
func feeOf(rule appointment.Rule, priceCents int64, notice time.Duration) int64 {
	var most int64
	for _, fee := range rule.Fees {
		most = max(most, oneFee(fee, rule, priceCents, notice))
	}
	return min(most, priceCents)
}

func oneFee(fee appointment.Fee, rule appointment.Rule, priceCents int64, notice time.Duration) int64 {
	inTime := rule.HoursBefore != nil && !isLate(rule, notice)
	switch {
	case fee.FixedCents != nil && inTime:
		return 0
	case fee.FixedCents != nil:
		return *fee.FixedCents
	case fee.Tiers != nil:
		return tierFee(fee.Tiers, notice)
	case fee.Percentage == nil || inTime:
		return 0
	}
	// In hundredths of a percent there is nothing to round but the result.
	hundredths := int64(*fee.Percentage*100 + 0.5)
	return (priceCents*hundredths + 5000) / 10000
}

func tierFee(tiers []appointment.Tier, notice time.Duration) int64 {
	reached, cents := -1.0, int64(0)
	for _, tier := range tiers {
		if tier.MinHours > reached && hours(tier.MinHours) <= notice {
			reached, cents = tier.MinHours, tier.Cents
		}
	}
	return cents
}

func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

func isLate(rule appointment.Rule, notice time.Duration) bool {
	return rule.HoursBefore != nil && notice < hours(*rule.HoursBefore)
}

// A charge is what a change costs and whether it was as agreed.
type charge struct {
	cents  int64
	within bool
	counts bool
}

// change is what a rule judges a customer's change by.
type change struct {
	rule       appointment.Rule
	price      int64
	notice     time.Duration
	perMonth   int // the customer's own counting changes of the last 30 days
	perBooking int // those of this appointment
	acceptFee  bool
}

// judge applies a rule to a customer's change.
func (c change) judge() (charge, *events.Refusal) {
	late := isLate(c.rule, c.notice)
	fee := feeOf(c.rule, c.price, c.notice)
	switch {
	case late && !c.rule.LateCharge:
		required, remaining := hours(*c.rule.HoursBefore), c.notice
		return charge{}, events.Refuse("deadline_missed", "APT-36", "changes were possible until %s before the start, and %s remain: staff can still do it", required, remaining).
			With("required_seconds", seconds(required)).With("remaining_seconds", seconds(remaining)).With("fee_cents", fmt.Sprint(fee))
	case c.rule.MaxPer30d != nil && c.perMonth >= *c.rule.MaxPer30d:
		return charge{}, events.Refuse("quota_exceeded", "APT-37", "%d of %d in 30 days are used: staff can still do it", c.perMonth, *c.rule.MaxPer30d).
			With("used", fmt.Sprint(c.perMonth)).With("max", fmt.Sprint(*c.rule.MaxPer30d))
	case c.rule.MaxPerAppointment != nil && c.perBooking >= *c.rule.MaxPerAppointment:
		return charge{}, events.Refuse("reschedule_limit", "APT-27", "%d of %d moves of this appointment are used: staff can still do it", c.perBooking, *c.rule.MaxPerAppointment).
			With("used", fmt.Sprint(c.perBooking)).With("max", fmt.Sprint(*c.rule.MaxPerAppointment))
	case fee > 0 && !c.acceptFee:
		return charge{}, events.Refuse("fee_not_accepted", "APT-36", "it costs %d cents: ask, and send accept_fee", fee).With("fee_cents", fmt.Sprint(fee))
	}
	return charge{cents: fee, within: !late, counts: true}, nil
}

func seconds(d time.Duration) string { return fmt.Sprint(int64(d / time.Second)) }

// severityOf says how much a refusal by a policy matters.
func severityOf(code string) appointment.Severity {
	switch code {
	case "quota_exceeded", "reschedule_limit":
		return appointment.High
	case "deadline_missed":
		return appointment.Medium
	}
	return appointment.Low
}

// violated returns what to announce of a refusal by a policy.
func violated(r *events.Refusal, action, branchID, customerID, appointmentID string) []events.Event {
	details := r.Facts
	if details == nil {
		details = map[string]string{}
	}
	return []events.Event{appointment.PolicyViolated{
		AppointmentID: appointmentID, CustomerID: customerID, BranchID: branchID, Action: action, Code: r.Code, Severity: severityOf(r.Code), Details: details,
	}}
}

// switched reports whether an operation is on at that moment, by the branch's clock.
func (c config) switched(now time.Time, zone *time.Location) *events.Refusal {
	text := c.DisabledText
	if text == "" {
		text = "this is not possible at the moment"
	}
	off := events.Refuse("operation_disabled", "APT-43", "%s", text)
	if !or(c.Enabled, true) {
		return off
	}
	if c.AllowedHours == nil {
		return nil
	}
	local := now.In(zone)
	clock := local.Format("15:04")
	for _, hours := range c.AllowedHours[fmt.Sprint(weekday(local))] {
		if hours[0] <= clock && clock < hours[1] {
			return nil
		}
	}
	return off
}

// weekday is 1 for Monday to 7 for Sunday.
func weekday(t time.Time) int {
	return (int(t.Weekday())+week-1)%week + 1
}
