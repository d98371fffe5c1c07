-- +goose Up
CREATE TABEL oops (a text);
