package audit

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Facts are the fields that an entry keeps of an event's data, by event type: ids,
// instants, enums, codes, amounts and booleans, and nothing by which anybody could
// tell a person. A dot leads into an object. What is not here is only digested.
var Facts = map[string][]string{
	"appointment.created":   with(appointmentRef, "price.cents", "price.currency", "call_id", "series_id", "requested_at", "calendar_state", "notify"),
	"appointment.confirmed": with(appointmentRef, "confirmed_by"),
	"appointment.updated": with(appointmentRef, "changed", "before.service_id", "before.staff_ids", "before.ends_at", "before.price.cents",
		"before.price.currency", "after.service_id", "after.staff_ids", "after.ends_at", "after.price.cents", "after.price.currency"),
	"appointment.reschedule_requested": with(appointmentRef, "new_starts_at", "state"),
	"appointment.rescheduled":          with(appointmentRef, "old_starts_at", "old_ends_at", "fee.cents", "fee.currency", "within_policy", "notify"),
	"appointment.cancelled":            with(appointmentRef, "cancelled_by", "notice_seconds", "fee.cents", "fee.currency", "within_policy", "notify"),
	"appointment.started":              appointmentRef,
	"appointment.completed":            with(appointmentRef, "by", "price.cents", "price.currency"),
	"appointment.no_show":              with(appointmentRef, "fee.cents", "fee.currency", "count_365d"),
	"appointment.reminder_due":         with(appointmentRef, "kind"),
	"appointment.booking_failed": {
		"appointment_id", "branch_id", "service_id", "customer_id", "call_id", "starts_at", "zone", "reason", "told_customer",
	},
	"appointment.policy_violated":    {"appointment_id", "customer_id", "branch_id", "action", "code", "severity"},
	"appointment.attention_required": {"appointment_id", "code", "source_event_id"},
	"appointment.series_planned":     {"series_id", "created"},
	"appointment.wish_recorded":      {"wish_id", "branch_id", "service_id", "customer_id", "call_id", "desired_at", "reason"},
	"appointment.wish_matched":       {"wish_id"},
	"appointment.callback_requested": {"callback_id", "branch_id", "priority", "expires_at", "customer_id", "service_id", "call_id"},
	"appointment.callback_assigned":  {"callback_id", "staff_id", "rule"},
	"appointment.callback_overdue":   {"callback_id", "stage", "age_open_min"},
	"appointment.callback_escalated": {"callback_id", "level", "from_staff", "to_staff"},
	"appointment.callback_completed": {"callback_id", "outcome", "appointment_id"},
	"appointment.callback_expired":   {"callback_id", "outcome", "appointment_id"},

	"audit.chain_broken": {"seq", "kind", "checked_at"},

	"availability.changed":        {"branch_id", "staff_id", "dates", "reason"},
	"availability.slot_held":      {"hold_id", "channel", "branch_id", "service_id", "expires_at"},
	"availability.slot_booked":    {"appointment_id", "hold_id", "branch_id", "service_id", "seat"},
	"availability.slot_released":  {"branch_id", "service_id", "appointment_id", "hold_id", "reason"},
	"availability.conflict_found": {"conflict_id", "cause", "staff_id", "appointment_id", "span.starts_at", "span.ends_at"},

	"calendar.booking_created":   with(calendarBooking, "status", "price_cents", "currency", "silent"),
	"calendar.booking_updated":   with(calendarBooking, "change", "previous_starts_at", "previous_ends_at", "previous_staff_id", "changed_by", "amount_cents", "currency"),
	"calendar.booking_cancelled": with(calendarBooking, "cancelled_by", "rejected", "request_reschedule"),
	"calendar.absence_recorded":  {"connection_id", "staff_id", "from_day", "to_day", "zone", "external_id"},
	"calendar.sync_completed":    {"appointment_id", "version", "action", "attempts", "duration_ms", "vendor_notifies"},
	"calendar.sync_failed":       {"appointment_id", "version", "code", "permanent", "undone", "attempts", "next_step"},
	"calendar.window_synced":     {"connection_id", "run_id", "kind", "from", "to", "staff_ids", "checked_at"},
	"calendar.drift_detected":    {"connection_id", "finding_id", "kind", "severity", "appointment_id", "branch_id", "action"},
	"calendar.conflict_detected": {
		"connection_id", "kind", "uid", "appointment_id", "other_appointment_id", "staff_id", "starts_at", "ends_at", "winner",
	},

	"call.started": {"call_id", "branch_id", "zone", "direction", "kind", "caller_id", "line_id", "agent_id", "started_at", "late"},
	"call.ended": with(callRef, "started_at", "ended_at", "duration_ms", "end_class", "disconnection_reason", "cost_cents", "cost_currency",
		"has_recording", "function_calls", "open_booking"),
	"call.analyzed":           with(callRef, "revision", "outcome", "outcome_source", "successful", "sentiment", "intent", "end_class"),
	"call.failed":             with(callRef, "reason", "end_class", "direction", "booking_intent"),
	"call.appointment_booked": with(callRef, "appointment_id", "starts_at", "ends_at", "service_id", "staff_id", "ordinal", "after_hangup"),
	"call.cost_settled":       with(callRef, "cost_cents", "currency"),
	"call.customer_linked":    with(callRef, "customer_id", "previous_customer_id", "method", "confidence"),

	"customer.created":             {"customer_id", "version", "source", "preferred_channel", "placeholder"},
	"customer.updated":             {"customer_id", "version", "source", "preferred_channel", "placeholder", "changed"},
	"customer.identified":          {"customer_id", "call_id", "method", "confidence", "assurance", "attendee_differs"},
	"customer.phone_normalized":    {"customer_id", "contact_id", "line_type", "region", "changed"},
	"customer.merged":              {"merge_id", "primary_id", "duplicate_id", "undo_until"},
	"customer.unmerged":            {"merge_id", "primary_id", "restored_id"},
	"customer.duplicate_suspected": {"customer_id", "candidate_ids", "reasons", "score"},
	"customer.consent_changed":     {"customer_id", "purpose", "decision", "at", "confirmed"},
	"customer.booking_restricted":  {"customer_id", "restriction", "no_show_count"},
	"customer.erasure_requested":   {"customer_id", "due_at"},
	"customer.erased":              {"customer_id", "holds", "at"},

	"notification.confirmation_required": {"appointment_id", "version", "customer_id", "call_id", "starts_at", "ends_at", "zone"},
	"notification.sent": {
		"notification_id", "delivery_id", "channel", "purpose", "appointment_id", "due_at", "sent_at", "segments", "cost_cents", "currency",
	},
	"notification.delivered": {"notification_id", "delivery_id", "contact_id", "channel", "at", "read"},
	"notification.failed": {
		"notification_id", "type", "audience", "channel", "purpose", "appointment_id", "contact_id", "reason_class", "reason", "attempts",
	},
	"notification.unsubscribed": {"customer_id", "channel", "scope", "via"},

	"resilience.service_degraded": {
		"incident_id", "dependency", "scope", "level", "severity", "cause", "window_s", "since", "flapping", "impact",
	},
	"resilience.service_recovered": {
		"incident_id", "dependency", "scope", "worst_level", "started_at", "recovered_at", "duration_ms", "calls_rejected", "deferrals", "flapping",
	},
}

var appointmentRef = []string{
	"appointment_id", "version", "branch_id", "service_id", "customer_id", "staff_ids", "starts_at", "ends_at", "zone", "status", "origin",
}

var (
	calendarBooking = []string{
		"connection_id", "uid", "booking_id", "appointment_id", "branch_id", "service_id", "staff_id", "starts_at", "ends_at", "zone",
		"source", "occurred_at", "vendor_notifies",
	}
	callRef = []string{"call_id", "branch_id", "zone"}
)

func with(ref []string, more ...string) []string {
	return append(append([]string{}, ref...), more...)
}

// maxFacts is what one entry may keep.
const maxFacts = 16 << 10

// factsOf returns the declared facts of an event, flat, in canonical JSON. A field
// that is absent is left out.
func factsOf(eventType string, data json.RawMessage) (string, error) {
	found := map[string]json.RawMessage{}
	for _, path := range Facts[eventType] {
		if value := field(data, path); value != nil {
			found[path] = value
		}
	}
	raw, err := json.Marshal(found)
	if err != nil {
		return "", fmt.Errorf("audit: facts of %s: %w", eventType, err)
	}
	canonical, err := Canonical(raw)
	if err != nil {
		return "", fmt.Errorf("audit: facts of %s: %w", eventType, err)
	}
	if len(canonical) > maxFacts {
		return "", fmt.Errorf("audit: facts of %s are %d bytes, at most %d are kept", eventType, len(canonical), maxFacts)
	}
	return string(canonical), nil
}

func field(data json.RawMessage, path string) json.RawMessage {
	name, rest, deeper := strings.Cut(path, ".")
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil || !deeper {
		return object[name]
	}
	return field(object[name], rest)
}
