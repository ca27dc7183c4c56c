-- case: a type and an attribute
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
CREATE TYPE address AS (street text, town text);
-- migration
ALTER TYPE stage RENAME TO deal_stage;
ALTER TYPE address RENAME ATTRIBUTE town TO city;

-- case: a function
-- earlier
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
-- migration
ALTER FUNCTION deal_total(bigint) RENAME TO deal_sum;

-- case: the schema that sqlmig looks for
ALTER SCHEMA tenant_acme RENAME TO acme;

-- case: the sequence of a column
-- earlier
CREATE TABLE deals (id bigserial PRIMARY KEY);
-- migration
ALTER SEQUENCE deals_id_seq RENAME TO opportunities_id_seq;

-- case: no code uses the old name any more
-- earlier
CREATE DOMAIN amount AS numeric;
-- migration
-- sqlmig: phase contract
ALTER DOMAIN amount RENAME TO price;
