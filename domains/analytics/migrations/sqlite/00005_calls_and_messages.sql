-- +goose Up
ALTER TABLE fact_call ADD COLUMN ended_at timestamp;
ALTER TABLE fact_call ADD COLUMN duration_ms integer NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN end_class text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN outcome text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN intent text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN sentiment text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN revision integer NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN booked integer NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN first_booked_at timestamp;
ALTER TABLE fact_call ADD COLUMN cost_cents integer NOT NULL DEFAULT 0;
ALTER TABLE fact_call ADD COLUMN currency text NOT NULL DEFAULT '';
ALTER TABLE fact_call ADD COLUMN cost_final boolean NOT NULL DEFAULT false;
ALTER TABLE fact_call ADD COLUMN failed boolean NOT NULL DEFAULT false;
-- What follows from the others.
ALTER TABLE fact_call ADD COLUMN qualified boolean NOT NULL DEFAULT false;
ALTER TABLE fact_call ADD COLUMN booking_s integer NOT NULL DEFAULT 0;

CREATE TABLE fact_message (
    tenant_id       text NOT NULL,
    notification_id text NOT NULL,
    branch_id       text NOT NULL DEFAULT '',
    appointment_id  text NOT NULL DEFAULT '',
    channel         text NOT NULL DEFAULT '',
    purpose         text NOT NULL DEFAULT '',
    due_at          timestamp,
    sent_at         timestamp,
    sent_on         text NOT NULL DEFAULT '',
    delivered_at    timestamp,
    failed_at       timestamp,
    failure_class   text NOT NULL DEFAULT '',
    cost_cents      integer NOT NULL DEFAULT 0,
    currency        text NOT NULL DEFAULT '',
    late            boolean NOT NULL DEFAULT false,
    seen            text NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, notification_id)
);

CREATE INDEX fact_message_sent ON fact_message (tenant_id, sent_on, branch_id);
CREATE INDEX fact_message_appointment ON fact_message (tenant_id, appointment_id);

CREATE TABLE fact_sync (
    tenant_id      text NOT NULL,
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
    tenant_id   text NOT NULL,
    incident_id text NOT NULL,
    dependency  text NOT NULL DEFAULT '',
    scope       text NOT NULL DEFAULT '',
    worst_level text NOT NULL DEFAULT '',
    started_at  timestamp,
    started_on  text NOT NULL DEFAULT '',
    ended_at    timestamp,
    lasted_s    integer NOT NULL DEFAULT 0,
    seen        text NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, incident_id)
);

CREATE INDEX fact_incident_day ON fact_incident (tenant_id, started_on);

CREATE TABLE agg_calls_daily (
    tenant_id       text NOT NULL,
    started_on      text NOT NULL,
    branch_id       text NOT NULL,
    currency        text NOT NULL,
    calls           integer NOT NULL,
    qualified       integer NOT NULL,
    converted       integer NOT NULL,
    failed          integer NOT NULL,
    duration_ms     integer NOT NULL,
    booking_s       integer NOT NULL,
    cost_cents      integer NOT NULL,
    estimated_cents integer NOT NULL,
    PRIMARY KEY (tenant_id, started_on, branch_id, currency)
);

CREATE TABLE agg_messages_daily (
    tenant_id  text NOT NULL,
    sent_on    text NOT NULL,
    branch_id  text NOT NULL,
    channel    text NOT NULL,
    purpose    text NOT NULL,
    currency   text NOT NULL,
    sent       integer NOT NULL,
    delivered  integer NOT NULL,
    failed     integer NOT NULL,
    bounced    integer NOT NULL,
    late       integer NOT NULL,
    cost_cents integer NOT NULL,
    PRIMARY KEY (tenant_id, sent_on, branch_id, channel, purpose, currency)
);

-- There are figures of calls and messages, too.
CREATE TABLE dirty_days (
    tenant_id text NOT NULL,
    figures   text NOT NULL,
    day       text NOT NULL,
    branch_id text NOT NULL,
    PRIMARY KEY (tenant_id, figures, day, branch_id)
);
INSERT INTO dirty_days SELECT tenant_id, figures, day, branch_id FROM dirty_day;
DROP TABLE dirty_day;
ALTER TABLE dirty_days RENAME TO dirty_day;

INSERT INTO dirty_day (tenant_id, figures, day, branch_id)
SELECT DISTINCT tenant_id, 'calls', started_on, branch_id FROM fact_call WHERE started_on <> '';
