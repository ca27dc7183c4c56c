-- case: a function
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;

-- case: altered
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
-- migration
ALTER FUNCTION deal_total(text) SECURITY DEFINER;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;

-- case: reset
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;
-- migration
ALTER FUNCTION deal_total RESET ALL;

-- case: a procedure in a shared track
-- platform
CREATE PROCEDURE clean_up() LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM platform.events WHERE done';
REVOKE EXECUTE ON PROCEDURE clean_up() FROM PUBLIC;
