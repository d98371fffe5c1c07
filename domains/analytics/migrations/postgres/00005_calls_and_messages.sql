-- +goose Up
ALTER TABLE fact_call ADD COLUMN ended_at timestamptz;
ALTER TABLE fact_call ADD COLUMN duration_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN end_class text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN outcome text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN intent text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN sentiment text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN revision integer NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN booked integer NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN first_booked_at timestamptz;
ALTER TABLE fact_call ADD COLUMN cost_cents bigint NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN currency text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN cost_final boolean NOT NULL DEFAULT false;
ALTER TABLE fact_call ADD COLUMN failed boolean NOT NULL DEFAULT false;
-- What follows from the others.
ALTER TABLE fact_call ADD COLUMN qualified boolean NOT NULL DEFAULT false;
ALTER TABLE fact_call ADD COLUMN booking_s bigint NOT NULL DEFAULT 0;

CREATE TABLE fact_message (
    tenant_id       uuid NOT NULL,
    notification_id text NOT NULL,
    branch_id       text NOT NULL DEFAULT '',
    appointment_id  text NOT NULL DEFAULT '',
    channel         text NOT NULL DEFAULT '',
    purpose         text NOT NULL DEFAULT '',
    due_at          timestamptz,
    sent_at         timestamptz,
    sent_on         text NOT NULL DEFAULT '',
    delivered_at    timestamptz,
    failed_at       timestamptz,
    failure_class   text NOT NULL DEFAULT '',
    cost_cents      bigint NOT NULL DEFAULT 0,
    currency        text NOT NULL DEFAULT '',
    late            boolean NOT NULL DEFAULT false,
    seen            jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, notification_id)
);

CREATE INDEX fact_message_sent ON fact_message (tenant_id, sent_on, branch_id);
CREATE INDEX fact_message_appointment ON fact_message (tenant_id, appointment_id);

CREATE TABLE fact_sync (
    tenant_id      uuid NOT NULL,
    event_id       text NOT NULL,
    appointment_id text NOT NULL,
    branch_id      text NOT NULL,
    result         text NOT NULL CHECK (result IN ('completed', 'failed', 'drift')),
    kind           text NOT NULL,
    synced_on      text NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);

CREATE INDEX fact_sync_day ON fact_sync (tenant_id, synced_on);

CREATE TABLE fact_incident (
    tenant_id   uuid NOT NULL,
    incident_id text NOT NULL,
    dependency  text NOT NULL DEFAULT '',
    scope       text NOT NULL DEFAULT '',
    worst_level text NOT NULL DEFAULT '',
    started_at  timestamptz,
    started_on  text NOT NULL DEFAULT '',
    ended_at    timestamptz,
    lasted_s    bigint NOT NULL DEFAULT 0,
    seen        jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, incident_id)
);

CREATE INDEX fact_incident_day ON fact_incident (tenant_id, started_on);

CREATE TABLE agg_calls_daily (
    tenant_id       uuid NOT NULL,
    started_on      text NOT NULL,
    branch_id       text NOT NULL,
    currency        text NOT NULL,
    calls           bigint NOT NULL,
    qualified       bigint NOT NULL,
    converted       bigint NOT NULL,
    failed          bigint NOT NULL,
    duration_ms     bigint NOT NULL,
    booking_s       bigint NOT NULL,
    cost_cents      bigint NOT NULL,
    estimated_cents bigint NOT NULL,
    PRIMARY KEY (tenant_id, started_on, branch_id, currency)
);

CREATE TABLE agg_messages_daily (
    tenant_id  uuid NOT NULL,
    sent_on    text NOT NULL,
    branch_id  text NOT NULL,
    channel    text NOT NULL,
    purpose    text NOT NULL,
    currency   text NOT NULL,
    sent       bigint NOT NULL,
    delivered  bigint NOT NULL,
    failed     bigint NOT NULL,
    bounced    bigint NOT NULL,
    late       bigint NOT NULL,
    cost_cents bigint NOT NULL,
    PRIMARY KEY (tenant_id, sent_on, branch_id, channel, purpose, currency)
);

-- There are figures of calls and messages, too.
ALTER TABLE dirty_day DROP CONSTRAINT dirty_day_figures_check;

INSERT INTO dirty_day (tenant_id, figures, day, branch_id)
SELECT DISTINCT tenant_id, 'calls', started_on, branch_id FROM fact_call WHERE started_on <> '';
