-- +goose Up
CREATE TABLE audit_entry (
    tenant_id      text NOT NULL,
    event_id       text NOT NULL,
    event_type     text NOT NULL,
    event_version  integer NOT NULL,
    aggregate_type text NOT NULL,
    subject        text NOT NULL,
    occurred_at    timestamp NOT NULL,
    recorded_at    timestamp NOT NULL,
    actor_kind     text NOT NULL,
    actor_id       text NOT NULL,
    correlation_id text NOT NULL,
    causation_id   text NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('ok', 'refused', 'failed')),
    payload_digest blob NOT NULL CHECK (length(payload_digest) = 32),
    PRIMARY KEY (tenant_id, event_id)
);

CREATE INDEX audit_entry_subject ON audit_entry (tenant_id, aggregate_type, subject, occurred_at);

-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry');
END;
-- +goose StatementEnd

-- INSERT OR REPLACE takes the old row away without a word to the trigger above.
-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
WHEN EXISTS (SELECT 1 FROM audit_entry WHERE tenant_id = NEW.tenant_id AND event_id = NEW.event_id)
BEGIN
    SELECT RAISE(IGNORE);
END;
-- +goose StatementEnd
