-- case: a function by the old name calls the new one
-- earlier
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
-- migration
ALTER FUNCTION deal_total(bigint) RENAME TO deal_sum;
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';

-- case: names that no code uses
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric CONSTRAINT positive CHECK (net > 0));
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON deals USING (id > 0);
-- migration
ALTER POLICY everybody ON deals RENAME TO all_rows;
ALTER TABLE deals RENAME CONSTRAINT positive TO deals_net_positive;

-- case: made by the same migration
CREATE TYPE stage AS ENUM ('open', 'won');
ALTER TYPE stage RENAME TO deal_stage;
