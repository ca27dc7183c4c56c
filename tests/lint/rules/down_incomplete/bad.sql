-- case: something is left over
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint;
CREATE TABLE deal_notes (id bigint PRIMARY KEY, deal_id bigint);
CREATE INDEX deal_notes_deal_idx ON deal_notes (deal_id);
CREATE TYPE stage AS ENUM ('open', 'won');
CREATE VIEW deal_report AS SELECT id FROM deals;
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
-- down
ALTER TABLE deals DROP COLUMN owner_id;

-- case: something is missing
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric CONSTRAINT deals_net_check CHECK (net > 0));
-- migration
ALTER TABLE deals DROP CONSTRAINT deals_net_check;
ALTER TABLE deals ADD CONSTRAINT deals_net_check_2 CHECK (net >= 0) NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT deals_net_check_2;

-- case: something is not as it was
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title varchar(20), stage text DEFAULT 'open');
-- migration
ALTER TABLE deals ALTER COLUMN title TYPE varchar(40), ALTER COLUMN stage DROP DEFAULT;
-- down
ALTER TABLE deals ALTER COLUMN stage SET DEFAULT 'new';

-- case: it is empty
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN "ownerId" bigint;
-- down
-- nothing to do
