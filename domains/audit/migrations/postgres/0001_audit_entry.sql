-- +goose Up
CREATE TABLE audit_entry (
    tenant_id      uuid NOT NULL,
    event_id       uuid NOT NULL,
    event_type     text NOT NULL,
    event_version  integer NOT NULL,
    aggregate_type text NOT NULL,
    subject        text NOT NULL,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    actor_kind     text NOT NULL,
    actor_id       text NOT NULL,
    correlation_id text NOT NULL,
    causation_id   text NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('ok', 'refused', 'failed')),
    payload_digest bytea NOT NULL CHECK (length(payload_digest) = 32),
    PRIMARY KEY (tenant_id, event_id)
);

CREATE INDEX audit_entry_subject ON audit_entry (tenant_id, aggregate_type, subject, occurred_at);

-- +goose StatementBegin
CREATE FUNCTION audit_entry_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entry only grows' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_entry';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse_change();

CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse_change();
