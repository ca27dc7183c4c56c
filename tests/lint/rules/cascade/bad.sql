-- case: a table that others refer to
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE deal_notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE VIEW deal_report AS SELECT id FROM deals;
-- migration
DROP TABLE deals CASCADE;

-- case: a type with columns
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
CREATE TABLE deals (id bigint PRIMARY KEY, stage stage);
-- migration
DROP TYPE stage CASCADE;

-- case: a column that a view reads
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric);
CREATE VIEW deal_report AS SELECT id, net FROM deals;
-- migration
ALTER TABLE deals DROP COLUMN net CASCADE;

-- case: nothing is known to depend on it
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id;
-- migration
DROP VIEW IF EXISTS deal_report CASCADE;

-- case: a key that a foreign key needs
-- earlier
CREATE TABLE deals (id bigint CONSTRAINT deals_key PRIMARY KEY);
CREATE TABLE deal_notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
-- migration
ALTER TABLE deals DROP CONSTRAINT deals_key CASCADE;

-- case: a function that a trigger calls
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
-- migration
DROP FUNCTION deal_audit() CASCADE;

-- case: an extension
-- file: sql/platform/0001_platform.up.sql
DROP EXTENSION hstore CASCADE;

-- case: TRUNCATE
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE deal_notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
-- migration
TRUNCATE deals CASCADE;

-- case: REVOKE
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
REVOKE SELECT ON deals FROM reporting CASCADE;

-- case: a repeatable drops what its last run made
-- file: sql/tenant/repeatable/deal_report.sql
DROP VIEW IF EXISTS deal_report CASCADE;
CREATE VIEW deal_report AS SELECT 1 AS id;
