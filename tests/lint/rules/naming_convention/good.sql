-- case: every kind
-- config: lint: {packs: [style], naming: {table: "[a-z_]+s", column: "[a-z][a-z0-9_]*", index: ".+_idx", unique: ".+_key", primary_key: ".+_pkey", foreign_key: ".+_fkey", check: ".+_check", policy: "[a-z_]+", trigger: "[a-z_]+_trg", function: "[a-z_]+", view: ".+_view", sequence: ".+_seq", migration: "[0-9]{4}_[a-z_]+"}}
CREATE TABLE deals (id bigserial PRIMARY KEY, code text UNIQUE, n integer CHECK (n > 0));
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE INDEX ON notes (deal_id);
CREATE VIEW notes_view WITH (security_invoker = true) AS SELECT id FROM notes;
CREATE SEQUENCE number_seq;

-- case: old names, in a table that the file changes
-- config: lint: {since: 2, packs: [style], naming: {table: "[a-z]+", column: "[a-z]+"}}
-- earlier
CREATE TABLE "Deals" (id bigint PRIMARY KEY, "oldTitle" text);
-- migration
ALTER TABLE "Deals" ADD COLUMN title text;

-- case: a table that no migration made
-- config: lint: {packs: [style], naming: {table: "[a-z]+"}}
ALTER TABLE "Deals" ADD COLUMN title text;
