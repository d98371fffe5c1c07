package analytics

import (
	"maps"
	"slices"
	"time"

	"github.com/herald-bus/herald/events/figures"
)

// A measure is a sum of figures, or the ratio of two sums.
type measure struct {
	table, date string
	of          string            // what is summed
	per         string            // what it is divided by; empty for none
	unit        figures.Unit      // unless it is a count, or a share of per
	by          map[string]string // the columns that it can be broken down by
	ago         time.Duration     // $4 is so long before now; 0 for no $4
	instants    *instants         // what it counts by the hour, if it does
}

// knows reports whether the measure can be broken down so.
func (m measure) knows(by string) bool {
	if by == byHour {
		return m.instants != nil
	}
	return m.by[by] != ""
}

// dimensions lists what it can be broken down by.
func (m measure) dimensions() []string {
	all := slices.Sorted(maps.Keys(m.by))
	if m.instants != nil {
		all = append(all, byHour)
	}
	return all
}

// broken returns the columns of dimensions: those that are given, by day, and all in one.
func broken(day string, columns map[string]string) map[string]string {
	by := map[string]string{"": "''", "day": day}
	maps.Copy(by, columns)
	return by
}

var (
	bookingColumnsBy = map[string]string{"branch": "branch_id", "service": "service_id", "staff": "staff_id", "origin": "origin"}

	visitsBy   = broken("visit_on", bookingColumnsBy)
	bookingsBy = broken("created_on", bookingColumnsBy)
	lostBy     = broken("lost_on", map[string]string{"branch": "branch_id", "service": "service_id", "reason": "reason", "kind": "kind"})
	callbackBy = broken("requested_on", map[string]string{"branch": "branch_id", "priority": "priority"})
	callsBy    = broken("started_on", map[string]string{"branch": "branch_id"})
	messagesBy = broken("sent_on", map[string]string{"branch": "branch_id", "channel": "channel", "purpose": "purpose"})
	syncsBy    = broken("synced_on", map[string]string{"branch": "branch_id", "kind": "kind"})
	outagesBy  = broken("started_on", map[string]string{"dependency": "dependency", "level": "worst_level"})
)

// leadBuckets are the columns of lead times, the shortest first.
var leadBuckets = []string{"lead_0_2h", "lead_2_24h", "lead_1_3d", "lead_3_7d", "lead_7_14d", "lead_14_30d", "lead_over_30d"}

var measures = withLeads(map[string]measure{
	"bookings":               {table: "agg_bookings_daily", date: "created_on", of: "created", by: bookingsBy, instants: &instants{"fact_booking", "created_at"}},
	"first_visits":           {table: "agg_bookings_daily", date: "created_on", of: "first_visits", per: "created", by: bookingsBy},
	"reschedules":            {table: "agg_bookings_daily", date: "created_on", of: "rescheduled", by: bookingsBy},
	"visits_booked":          {table: "agg_visits_daily", date: "visit_on", of: "booked", by: visitsBy, instants: &instants{"fact_booking", "starts_at"}},
	"no_show_rate":           {table: "agg_visits_daily", date: "visit_on", of: "no_show", per: "no_show + completed", by: visitsBy},
	"cancellation_rate":      {table: "agg_visits_daily", date: "visit_on", of: "cancelled", per: "booked", by: visitsBy},
	"late_cancellation_rate": {table: "agg_visits_daily", date: "visit_on", of: "cancelled_late", per: "booked", by: visitsBy},
	"booked_value":           {table: "agg_visits_daily", date: "visit_on", of: "booked_cents", unit: figures.Money, by: visitsBy},
	"realised_revenue":       {table: "agg_visits_daily", date: "visit_on", of: "realised_cents", unit: figures.Money, by: visitsBy},
	"lost_revenue":           {table: "agg_visits_daily", date: "visit_on", of: "lost_cents", unit: figures.Money, by: visitsBy},
	"fees":                   {table: "agg_visits_daily", date: "visit_on", of: "fee_cents", unit: figures.Money, by: visitsBy},
	"unmet_demand":           {table: "fact_lost", date: "lost_on", of: "1", by: lostBy},
	"callbacks_in_time": {
		table: "fact_callback", date: "requested_on", per: "1", by: callbackBy,
		of: "CASE WHEN result = 'completed' AND closed_at < expires_at THEN 1 ELSE 0 END",
	},
	"calls":               {table: "agg_calls_daily", date: "started_on", of: "calls", by: callsBy, instants: &instants{"fact_call", "started_at"}},
	"qualified_calls":     {table: "agg_calls_daily", date: "started_on", of: "qualified", by: callsBy},
	"call_conversion":     {table: "agg_calls_daily", date: "started_on", of: "converted", per: "qualified", by: callsBy},
	"failed_calls":        {table: "agg_calls_daily", date: "started_on", of: "failed", per: "calls", by: callsBy},
	"call_duration":       {table: "agg_calls_daily", date: "started_on", of: "duration_ms / 1000", per: "calls", unit: figures.Seconds, by: callsBy},
	"time_to_booking":     {table: "agg_calls_daily", date: "started_on", of: "booking_s", per: "converted", unit: figures.Seconds, by: callsBy},
	"call_cost":           {table: "agg_calls_daily", date: "started_on", of: "cost_cents", unit: figures.Money, by: callsBy},
	"call_cost_estimated": {table: "agg_calls_daily", date: "started_on", of: "estimated_cents", unit: figures.Money, by: callsBy},
	"messages_sent":       {table: "agg_messages_daily", date: "sent_on", of: "sent", by: messagesBy, instants: &instants{"fact_message", "sent_at"}},
	"late_messages":       {table: "agg_messages_daily", date: "sent_on", of: "late", per: "sent", by: messagesBy},
	"message_cost":        {table: "agg_messages_daily", date: "sent_on", of: "cost_cents", unit: figures.Money, by: messagesBy},
	"delivery_rate": {
		table: "agg_messages_daily", date: "sent_on", by: messagesBy,
		of: withReceipts("delivered"), per: withReceipts("delivered + failed"),
	},
	"not_bounced": {
		table: "agg_messages_daily", date: "sent_on", by: messagesBy,
		of: withoutReceipts("sent - bounced"), per: withoutReceipts("sent"),
	},
	"unproven": {
		table: "fact_message", date: "sent_on", by: messagesBy, ago: 24 * time.Hour,
		of:  withReceipts("CASE WHEN sent_at <= $4 AND delivered_at IS NULL AND failed_at IS NULL THEN 1 ELSE 0 END"),
		per: withReceipts("CASE WHEN sent_at IS NOT NULL THEN 1 ELSE 0 END"),
	},
	"calendar_synced": {
		table: syncsAtBranches, date: "synced_on", by: syncsBy,
		of: "CASE WHEN result = 'completed' THEN 1 ELSE 0 END", per: "CASE WHEN result = 'drift' THEN 0 ELSE 1 END",
	},
	"calendar_drift": {table: syncsAtBranches, date: "synced_on", by: syncsBy, of: "CASE WHEN result = 'drift' THEN 1 ELSE 0 END"},
	"incidents":      {table: "fact_incident", date: "started_on", by: outagesBy, of: "1"},
	"recovery_time": {
		table: "fact_incident", date: "started_on", by: outagesBy, unit: figures.Seconds,
		of: "lasted_s", per: "CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END",
	},
})

// syncsAtBranches are what happened to calendars, at the branch of the appointment.
const syncsAtBranches = `(SELECT s.tenant_id, s.synced_on, s.result, s.kind,
		CASE WHEN s.branch_id = '' THEN coalesce(b.branch_id, '') ELSE s.branch_id END AS branch_id
	FROM fact_sync s LEFT JOIN fact_booking b ON b.tenant_id = s.tenant_id AND b.appointment_id = s.appointment_id) AS syncs`

// withReceipts counts messages whose arrival the provider reports, withoutReceipts
// mails: of these it is only known which came back.
func withReceipts(what string) string {
	return "CASE WHEN channel = 'email' THEN 0 ELSE " + what + " END"
}

func withoutReceipts(what string) string {
	return "CASE WHEN channel = 'email' THEN " + what + " ELSE 0 END"
}

// withLeads adds a measure for each bucket of lead times.
func withLeads(all map[string]measure) map[string]measure {
	for _, bucket := range leadBuckets {
		all[bucket] = measure{table: "agg_bookings_daily", date: "created_on", of: bucket, per: "created", by: bookingsBy}
	}
	return all
}
