-- +goose Up
ALTER TABLE fact_booking ADD COLUMN lead_s integer NOT NULL DEFAULT 0;
ALTER TABLE fact_booking ADD COLUMN reschedules integer NOT NULL DEFAULT 0;
ALTER TABLE fact_booking ADD COLUMN first_visit boolean NOT NULL DEFAULT false;

CREATE INDEX fact_booking_customer ON fact_booking (tenant_id, customer_id);

CREATE TABLE fact_lost (
    tenant_id  text NOT NULL,
    event_id   text NOT NULL,
    branch_id  text NOT NULL,
    service_id text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('failed', 'wish')),
    reason     text NOT NULL,
    lost_on    text NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);

CREATE INDEX fact_lost_day ON fact_lost (tenant_id, lost_on, branch_id);

CREATE TABLE fact_callback (
    tenant_id    text NOT NULL,
    callback_id  text NOT NULL,
    branch_id    text NOT NULL DEFAULT '',
    priority     text NOT NULL DEFAULT '',
    requested_at timestamp,
    requested_on text NOT NULL DEFAULT '',
    expires_at   timestamp,
    result       text NOT NULL DEFAULT '' CHECK (result IN ('', 'completed', 'expired')),
    closed_at    timestamp,
    closed_by    text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, callback_id)
);

CREATE TABLE fact_customer (
    tenant_id   text NOT NULL,
    customer_id text NOT NULL,
    created_on  text NOT NULL DEFAULT '',
    source      text NOT NULL DEFAULT '',
    folded_into text NOT NULL DEFAULT '',
    forgotten   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, customer_id)
);

CREATE TABLE agg_visits_daily (
    tenant_id      text NOT NULL,
    visit_on       text NOT NULL,
    branch_id      text NOT NULL,
    service_id     text NOT NULL,
    staff_id       text NOT NULL,
    origin         text NOT NULL,
    currency       text NOT NULL,
    booked         integer NOT NULL,
    completed      integer NOT NULL,
    no_show        integer NOT NULL,
    cancelled      integer NOT NULL,
    cancelled_late integer NOT NULL,
    booked_cents   integer NOT NULL,
    realised_cents integer NOT NULL,
    lost_cents     integer NOT NULL,
    fee_cents      integer NOT NULL,
    PRIMARY KEY (tenant_id, visit_on, branch_id, service_id, staff_id, origin, currency)
);

CREATE TABLE agg_bookings_daily (
    tenant_id     text NOT NULL,
    created_on    text NOT NULL,
    branch_id     text NOT NULL,
    service_id    text NOT NULL,
    staff_id      text NOT NULL,
    origin        text NOT NULL,
    currency      text NOT NULL,
    created       integer NOT NULL,
    created_cents integer NOT NULL,
    first_visits  integer NOT NULL,
    lead_0_2h     integer NOT NULL,
    lead_2_24h    integer NOT NULL,
    lead_1_3d     integer NOT NULL,
    lead_3_7d     integer NOT NULL,
    lead_7_14d    integer NOT NULL,
    lead_14_30d   integer NOT NULL,
    lead_over_30d integer NOT NULL,
    rescheduled   integer NOT NULL,
    lost          integer NOT NULL,
    PRIMARY KEY (tenant_id, created_on, branch_id, service_id, staff_id, origin, currency)
);

-- The days whose figures are not those of the facts any more.
CREATE TABLE dirty_day (
    tenant_id text NOT NULL,
    figures   text NOT NULL CHECK (figures IN ('bookings', 'visits')),
    day       text NOT NULL,
    branch_id text NOT NULL,
    PRIMARY KEY (tenant_id, figures, day, branch_id)
);

-- What was recorded before there were figures is due.
INSERT INTO dirty_day (tenant_id, figures, day, branch_id)
SELECT DISTINCT tenant_id, 'visits', visit_on, branch_id FROM fact_booking WHERE visit_on <> ''
UNION SELECT DISTINCT tenant_id, 'bookings', created_on, branch_id FROM fact_booking WHERE created_on <> '';
