-- +goose Up
ALTER TABLE calendar_link ADD COLUMN hidden boolean NOT NULL DEFAULT false;
