-- +goose Up
ALTER TABLE audit_entry ADD COLUMN seq integer CHECK (seq > 0);
ALTER TABLE audit_entry ADD COLUMN facts text NOT NULL DEFAULT '{}';
ALTER TABLE audit_entry ADD COLUMN prev_hash blob CHECK (length(prev_hash) = 32);
ALTER TABLE audit_entry ADD COLUMN hash blob CHECK (length(hash) = 32);

CREATE UNIQUE INDEX audit_entry_tenant_id_seq_key ON audit_entry (tenant_id, seq);
CREATE INDEX audit_entry_unsealed ON audit_entry (tenant_id, recorded_at, event_id) WHERE seq IS NULL;

CREATE TABLE audit_head (
    tenant_id text NOT NULL PRIMARY KEY,
    seq       integer NOT NULL,
    hash      blob NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE audit_checkpoint (
    tenant_id   text NOT NULL,
    seq         integer NOT NULL,
    hash        blob NOT NULL CHECK (length(hash) = 32),
    entries     integer NOT NULL,
    sealed_at   timestamp NOT NULL,
    exported_at timestamp,
    -- Everything up to here has expired and may go.
    expired     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, seq)
);

DROP TRIGGER audit_entry_no_update;
DROP TRIGGER audit_entry_no_delete;

-- An entry is born unsealed, is sealed once, and goes when it has expired.
-- +goose StatementBegin
CREATE TRIGGER audit_entry_born_unsealed BEFORE INSERT ON audit_entry
WHEN NEW.seq IS NOT NULL OR NEW.prev_hash IS NOT NULL OR NEW.hash IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry');
END;
-- +goose StatementEnd

-- UPDATE OR REPLACE would take away whoever has the seq: that is asked for, too.
-- +goose StatementBegin
CREATE TRIGGER audit_entry_sealed_once BEFORE UPDATE ON audit_entry
WHEN OLD.seq IS NOT NULL OR NEW.seq IS NULL OR NEW.prev_hash IS NULL OR NEW.hash IS NULL
    OR EXISTS (SELECT 1 FROM audit_entry WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq)
    OR (NEW.tenant_id, NEW.event_id, NEW.event_type, NEW.event_version, NEW.aggregate_type, NEW.subject, NEW.occurred_at,
        NEW.recorded_at, NEW.actor_kind, NEW.actor_id, NEW.correlation_id, NEW.causation_id, NEW.outcome, NEW.facts, NEW.payload_digest)
    IS NOT (OLD.tenant_id, OLD.event_id, OLD.event_type, OLD.event_version, OLD.aggregate_type, OLD.subject, OLD.occurred_at,
        OLD.recorded_at, OLD.actor_kind, OLD.actor_id, OLD.correlation_id, OLD.causation_id, OLD.outcome, OLD.facts, OLD.payload_digest)
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_entry_goes_expired BEFORE DELETE ON audit_entry
WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.tenant_id = OLD.tenant_id AND c.expired AND c.seq >= OLD.seq)
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry');
END;
-- +goose StatementEnd

-- Checkpoints stay. What they say of the chain never changes.
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint
WHEN NEW.expired < OLD.expired
    OR (NEW.tenant_id, NEW.seq, NEW.hash, NEW.entries, NEW.sealed_at) IS NOT (OLD.tenant_id, OLD.seq, OLD.hash, OLD.entries, OLD.sealed_at)
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_checkpoint');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_checkpoint');
END;
-- +goose StatementEnd
