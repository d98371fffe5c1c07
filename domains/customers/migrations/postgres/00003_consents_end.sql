-- +goose Up
-- The proof of somebody who was erased may go, when its time has come.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION consent_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM customer c WHERE c.tenant_id = OLD.tenant_id AND c.customer_id = OLD.customer_id AND c.status = 'erased') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'append-only: consent' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'consent';
END $$;
-- +goose StatementEnd
