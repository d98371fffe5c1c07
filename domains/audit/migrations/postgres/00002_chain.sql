-- +goose Up
ALTER TABLE audit_entry
    ADD COLUMN seq       bigint CHECK (seq > 0),
    ADD COLUMN facts     text NOT NULL DEFAULT '{}',
    ADD COLUMN prev_hash bytea CHECK (length(prev_hash) = 32),
    ADD COLUMN hash      bytea CHECK (length(hash) = 32);

CREATE UNIQUE INDEX audit_entry_tenant_id_seq_key ON audit_entry (tenant_id, seq);
CREATE INDEX audit_entry_unsealed ON audit_entry (tenant_id, recorded_at, event_id) WHERE seq IS NULL;

CREATE TABLE audit_head (
    tenant_id uuid NOT NULL PRIMARY KEY,
    seq       bigint NOT NULL,
    hash      bytea NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE audit_checkpoint (
    tenant_id   uuid NOT NULL,
    seq         bigint NOT NULL,
    hash        bytea NOT NULL CHECK (length(hash) = 32),
    entries     bigint NOT NULL,
    sealed_at   timestamptz NOT NULL,
    exported_at timestamptz,
    -- Everything up to here has expired and may go.
    expired     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, seq)
);

DROP TRIGGER audit_entry_no_change ON audit_entry;

-- An entry is born unsealed, is sealed once, and goes when it has expired.
-- +goose StatementBegin
CREATE FUNCTION audit_entry_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.seq IS NULL AND NEW.prev_hash IS NULL AND NEW.hash IS NULL THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.seq IS NULL
        AND NEW.seq IS NOT NULL AND NEW.prev_hash IS NOT NULL AND NEW.hash IS NOT NULL
        AND to_jsonb(NEW) - ARRAY['seq', 'prev_hash', 'hash'] = to_jsonb(OLD) - ARRAY['seq', 'prev_hash', 'hash'] THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM audit_checkpoint c WHERE c.tenant_id = OLD.tenant_id AND c.expired AND c.seq >= OLD.seq) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_entry only grows' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_entry';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER audit_entry_keep BEFORE INSERT OR UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_keep();

-- Checkpoints stay. What they say of the chain never changes.
-- +goose StatementBegin
CREATE FUNCTION audit_checkpoint_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.expired >= OLD.expired
        AND to_jsonb(NEW) - ARRAY['exported_at', 'expired'] = to_jsonb(OLD) - ARRAY['exported_at', 'expired'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit_checkpoint only grows' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_checkpoint';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER audit_checkpoint_keep BEFORE UPDATE OR DELETE ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_keep();

CREATE TRIGGER audit_checkpoint_no_truncate BEFORE TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit_checkpoint_keep();
