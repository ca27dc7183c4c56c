-- case: a function
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;

-- case: granted back
-- config: lint: {tenancy: both, app_roles: [deal_app]}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;
-- sqlmig: allow grant-broad: it is about secdef-public-execute
GRANT EXECUTE ON FUNCTION deal_total(text) TO PUBLIC;

-- case: altered
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
-- migration
ALTER FUNCTION deal_total(text) SECURITY DEFINER;

-- case: made again
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;
-- migration
DROP FUNCTION deal_total(text);
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;

-- case: revoked too early
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA tenant_acme FROM PUBLIC;
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;

-- case: default privileges of a schema
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_acme REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
