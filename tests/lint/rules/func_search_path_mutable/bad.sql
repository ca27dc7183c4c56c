-- case: a shared track
-- platform
CREATE FUNCTION half(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT n / 2';

-- case: tenants share the tables
-- config: lint: {tenancy: shared}
-- migration
CREATE OR REPLACE PROCEDURE clean_up() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
