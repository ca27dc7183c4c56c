-- case: indexes and constraints over several columns
-- earlier
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE deals (
    id bigint PRIMARY KEY,
    owner_id bigint REFERENCES users,
    closed_at timestamptz,
    title text,
    UNIQUE (owner_id, title)
);
CREATE INDEX deals_owner_closed_idx ON deals (owner_id, closed_at);
CREATE INDEX deals_open_idx ON deals (title) WHERE owner_id IS NULL;
-- migration
-- sqlmig: phase contract
ALTER TABLE deals DROP COLUMN owner_id;

-- case: views, policies, triggers and computed columns
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric, gross numeric GENERATED ALWAYS AS (net * 1.2) STORED);
CREATE VIEW deal_report AS SELECT id, net FROM deals;
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER UPDATE OF net ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
CREATE POLICY small ON deals USING (net < 100);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals DROP COLUMN net;

-- case: a foreign key leads to it
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, code text UNIQUE);
CREATE TABLE deal_notes (deal_code text REFERENCES deals (code));
-- migration
-- sqlmig: phase contract
ALTER TABLE deals DROP COLUMN code;
