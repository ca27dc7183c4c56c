-- case: made and dropped by one migration
CREATE TABLE deal_import (id bigint PRIMARY KEY);
DROP TABLE deal_import;

-- case: temporary
CREATE TEMPORARY TABLE deal_import (id bigint) ON COMMIT DROP;
DROP TABLE deal_import;

-- case: a down file takes back what its up file made
CREATE TABLE deals (id bigint PRIMARY KEY);
-- down
DROP TABLE deals;

-- case: in a function that somebody may call some day
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
CREATE FUNCTION forget() RETURNS void LANGUAGE sql SET search_path = '' AS 'DROP TABLE deals';

-- case: a down file takes back what nobody can read
DO $$ BEGIN EXECUTE 'CREATE TABLE deals (id bigint PRIMARY KEY)'; END $$;
-- down
DROP TABLE IF EXISTS deals;
