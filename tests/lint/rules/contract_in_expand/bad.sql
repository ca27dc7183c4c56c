-- case: a column in place of another
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner text);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint;
CREATE TABLE owners (id bigint PRIMARY KEY);
ALTER TABLE deals DROP COLUMN owner;

-- case: new names and new things
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner bigint, title text);
CREATE TYPE stage AS ENUM ('open', 'won');
CREATE VIEW deal_report AS SELECT id FROM deals;
-- migration
ALTER TYPE stage ADD VALUE 'lost' AFTER 'won';
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
ALTER TABLE deals RENAME COLUMN owner TO owner_id;
ALTER TABLE deals ALTER COLUMN title SET NOT NULL;
DROP VIEW deal_report;
