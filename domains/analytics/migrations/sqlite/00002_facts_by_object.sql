-- +goose Up
DROP TABLE fact;

CREATE TABLE fact_booking (
    tenant_id      text NOT NULL,
    appointment_id text NOT NULL,
    branch_id      text NOT NULL DEFAULT '',
    service_id     text NOT NULL DEFAULT '',
    staff_id       text NOT NULL DEFAULT '',
    customer_id    text NOT NULL DEFAULT '',
    origin         text NOT NULL DEFAULT '',
    call_id        text NOT NULL DEFAULT '',
    created_at     timestamp,
    created_on     text NOT NULL DEFAULT '',
    starts_at      timestamp,
    visit_on       text NOT NULL DEFAULT '',
    duration_min   integer NOT NULL DEFAULT 0,
    price_cents    integer NOT NULL DEFAULT 0,
    currency       text NOT NULL DEFAULT '',
    status         text NOT NULL DEFAULT '',
    cancelled_by   text NOT NULL DEFAULT '',
    late           boolean NOT NULL DEFAULT false,
    fee_cents      integer NOT NULL DEFAULT 0,
    seen           text NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, appointment_id)
);

CREATE INDEX fact_booking_created ON fact_booking (tenant_id, created_on);
CREATE INDEX fact_booking_visit ON fact_booking (tenant_id, visit_on);

CREATE TABLE fact_call (
    tenant_id  text NOT NULL,
    call_id    text NOT NULL,
    branch_id  text NOT NULL DEFAULT '',
    kind       text NOT NULL DEFAULT '',
    direction  text NOT NULL DEFAULT '',
    started_at timestamp,
    started_on text NOT NULL DEFAULT '',
    seen       text NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, call_id)
);

CREATE INDEX fact_call_started ON fact_call (tenant_id, started_on);
