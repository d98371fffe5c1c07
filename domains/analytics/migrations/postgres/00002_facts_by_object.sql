-- +goose Up
DROP TABLE fact;

CREATE TABLE fact_booking (
    tenant_id      uuid NOT NULL,
    appointment_id text NOT NULL,
    branch_id      text NOT NULL DEFAULT '',
    service_id     text NOT NULL DEFAULT '',
    staff_id       text NOT NULL DEFAULT '',
    customer_id    text NOT NULL DEFAULT '',
    origin         text NOT NULL DEFAULT '',
    call_id        text NOT NULL DEFAULT '',
    created_at     timestamptz,
    created_on     text NOT NULL DEFAULT '',
    starts_at      timestamptz,
    visit_on       text NOT NULL DEFAULT '',
    duration_min   integer NOT NULL DEFAULT 0,
    price_cents    bigint NOT NULL DEFAULT 0,
    currency       text NOT NULL DEFAULT '',
    status         text NOT NULL DEFAULT '',
    cancelled_by   text NOT NULL DEFAULT '',
    late           boolean NOT NULL DEFAULT false,
    fee_cents      bigint NOT NULL DEFAULT 0,
    seen           jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, appointment_id)
);

CREATE INDEX fact_booking_created ON fact_booking (tenant_id, created_on);
CREATE INDEX fact_booking_visit ON fact_booking (tenant_id, visit_on);

CREATE TABLE fact_call (
    tenant_id  uuid NOT NULL,
    call_id    text NOT NULL,
    branch_id  text NOT NULL DEFAULT '',
    kind       text NOT NULL DEFAULT '',
    direction  text NOT NULL DEFAULT '',
    started_at timestamptz,
    started_on text NOT NULL DEFAULT '',
    seen       jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, call_id)
);

CREATE INDEX fact_call_started ON fact_call (tenant_id, started_on);
