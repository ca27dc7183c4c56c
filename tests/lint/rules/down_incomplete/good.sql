-- case: all of it
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title varchar(20));
-- migration
ALTER TABLE deals ALTER COLUMN title TYPE varchar(40);
ALTER TABLE deals ADD COLUMN owner_id bigint;
CREATE VIEW deal_report AS SELECT id FROM deals;
-- down
DROP VIEW deal_report;
ALTER TABLE deals DROP COLUMN owner_id;
-- sqlmig: allow alter-type-rewrite: a few hundred rows
ALTER TABLE deals ALTER COLUMN title TYPE varchar(20);

-- case: what cannot be taken back, and does no harm
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric);
ALTER TABLE deals ADD CONSTRAINT deals_net_check CHECK (net > 0) NOT VALID;
-- migration
ALTER TYPE stage ADD VALUE 'lost' AFTER 'won';
ALTER TABLE deals VALIDATE CONSTRAINT deals_net_check;
-- down
-- a value of an enum stays, and so does what was validated

-- case: an extension that others may use
-- platform
CREATE EXTENSION IF NOT EXISTS hstore;
-- file: sql/platform/0001_platform.down.sql
-- it may have been there before

-- case: rows only
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
INSERT INTO deals (id) VALUES (1);
-- down
DELETE FROM deals WHERE id = 1;
