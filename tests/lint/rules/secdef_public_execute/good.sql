-- case: revoked
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;

-- case: revoked from all
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {{ schema }} FROM PUBLIC;

-- case: default privileges
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;

-- case: replaced
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;
-- migration
CREATE OR REPLACE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(id) FROM deals WHERE deals.owner = $1 $$;

-- case: of a trigger
-- migration
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ BEGIN RETURN NEW; END $$;
