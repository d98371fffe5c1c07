-- +goose Up
-- The number that a call came from, as long as the call is nobody's.
ALTER TABLE call_identity ADD COLUMN number text NOT NULL DEFAULT '';
-- When it was said whose call it is: what was said last counts.
ALTER TABLE call_contact ADD COLUMN linked_at timestamptz;
-- When a message has last arrived.
ALTER TABLE contact_point ADD COLUMN reached_at timestamptz;
