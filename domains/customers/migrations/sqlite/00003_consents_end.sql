-- +goose Up
-- The proof of somebody who was erased may go, when its time has come.
DROP TRIGGER consent_no_delete;

-- +goose StatementBegin
CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent
WHEN NOT EXISTS (SELECT 1 FROM customer c WHERE c.tenant_id = OLD.tenant_id AND c.customer_id = OLD.customer_id AND c.status = 'erased')
BEGIN
    SELECT RAISE(ABORT, 'append-only: consent');
END;
-- +goose StatementEnd
