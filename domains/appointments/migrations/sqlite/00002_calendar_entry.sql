-- +goose Up
-- Which appointment an entry of a calendar outside belongs to, under each of the names
-- that the vendor has given it. The appointment need not be there yet.
CREATE TABLE calendar_entry (
    tenant_id      text NOT NULL,
    uid            text NOT NULL,
    appointment_id text NOT NULL,
    seen_at        timestamp,
    gone           boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, uid)
);

CREATE INDEX calendar_entry_appointment ON calendar_entry (tenant_id, appointment_id);
