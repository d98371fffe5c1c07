package analytics

// Needs are the fields of each event type that facts are made of. The audit trail
// keeps them all, so that facts could be made again from there.
var Needs = map[string][]string{
	"appointment.created":            append([]string{"status", "origin", "call_id", "price.cents", "price.currency"}, refNeeds...),
	"appointment.confirmed":          refNeeds,
	"appointment.updated":            append([]string{"after.price.cents", "after.price.currency"}, refNeeds...),
	"appointment.rescheduled":        refNeeds,
	"appointment.cancelled":          append([]string{"cancelled_by", "within_policy", "fee.cents", "fee.currency"}, refNeeds...),
	"appointment.completed":          append([]string{"price.cents", "price.currency"}, refNeeds...),
	"appointment.no_show":            append([]string{"fee.cents", "fee.currency"}, refNeeds...),
	"appointment.booking_failed":     {"branch_id", "service_id", "zone", "reason"},
	"appointment.wish_recorded":      {"branch_id", "service_id", "reason"},
	"appointment.callback_requested": {"callback_id", "branch_id", "priority", "expires_at"},
	"appointment.callback_completed": {"callback_id"},
	"appointment.callback_expired":   {"callback_id"},
	"calendar.drift_detected":        {"kind", "appointment_id", "branch_id"},
	"calendar.sync_completed":        {"action", "appointment_id"},
	"calendar.sync_failed":           {"code", "appointment_id"},
	"call.analyzed":                  {"call_id", "branch_id", "revision", "outcome", "intent", "sentiment"},
	"call.appointment_booked":        {"call_id", "branch_id", "appointment_id"},
	"call.cost_settled":              {"call_id", "branch_id", "cost_cents", "currency"},
	"call.ended": {
		"call_id", "branch_id", "zone", "started_at", "ended_at", "duration_ms", "end_class", "cost_cents", "cost_currency",
	},
	"call.failed":            {"call_id", "branch_id"},
	"call.started":           {"call_id", "branch_id", "zone", "direction", "kind", "started_at"},
	"customer.created":       {"customer_id", "source"},
	"customer.erased":        {"customer_id"},
	"customer.merged":        {"primary_id", "duplicate_id"},
	"notification.delivered": {"notification_id", "at"},
	"notification.failed":    {"notification_id", "channel", "purpose", "appointment_id", "reason_class"},
	"notification.sent": {
		"notification_id", "channel", "purpose", "appointment_id", "due_at", "sent_at", "cost_cents", "currency",
	},
	"resilience.service_degraded":  {"incident_id", "dependency", "scope", "level", "since"},
	"resilience.service_recovered": {"incident_id", "dependency", "scope", "worst_level", "started_at", "recovered_at"},
}

var refNeeds = []string{
	"appointment_id", "branch_id", "service_id", "customer_id", "staff_ids", "starts_at", "ends_at", "zone",
}
