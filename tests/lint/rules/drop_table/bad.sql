-- case: a table with rows
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
DROP TABLE deals;

-- case: no code uses it any more
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: phase contract
DROP TABLE deals;

-- case: two at once, quoted and in a shared schema
-- platform
CREATE TABLE platform.countries (code text PRIMARY KEY);
-- earlier
CREATE TABLE "Deal Log" (id bigint PRIMARY KEY);
-- migration
DROP TABLE IF EXISTS "Deal Log", platform.countries;

-- case: in a shared track
-- config: lint: {tenancy: both}
-- platform
CREATE TABLE platform.countries (code text PRIMARY KEY);
-- file: sql/platform/0002_drop_countries.up.sql
DROP TABLE platform.countries;

-- case: a table that no migration makes
DROP TABLE IF EXISTS deals;
CREATE TABLE deals (id bigint PRIMARY KEY);

-- case: rows that are elsewhere
-- earlier
CREATE FOREIGN TABLE deals (id bigint) SERVER archive;
-- migration
DROP FOREIGN TABLE deals;

-- case: made anew
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
DROP TABLE deals;
CREATE TABLE deals (id uuid PRIMARY KEY);

-- case: inside a DO block
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM deals) THEN
        DROP TABLE deals;
    END IF;
END
$$;

-- case: a down file takes away more than the up file made
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
CREATE TABLE IF NOT EXISTS deals (id bigint PRIMARY KEY);
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
-- down
DROP TABLE deal_notes;
DROP TABLE deals;
