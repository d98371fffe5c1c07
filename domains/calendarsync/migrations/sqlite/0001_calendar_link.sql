-- +goose Up
CREATE TABLE calendar_link (
    tenant_id      text NOT NULL,
    appointment_id text NOT NULL,
    target_rank    integer NOT NULL,
    cancelled      boolean NOT NULL,
    booking        text NOT NULL,
    told_rank      integer NOT NULL DEFAULT -1,
    PRIMARY KEY (tenant_id, appointment_id)
);
