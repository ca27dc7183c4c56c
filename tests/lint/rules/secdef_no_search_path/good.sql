-- case: with it
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {{ schema }}, pg_temp
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;

-- case: set behind it
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total(owner text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT count(*) FROM deals WHERE deals.owner = $1 $$;
REVOKE EXECUTE ON FUNCTION deal_total(text) FROM PUBLIC;
ALTER FUNCTION deal_total(text) SET search_path = '';

-- case: names looked up once
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
CREATE FUNCTION deal_total() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT count(*) FROM deals;
END;
REVOKE EXECUTE ON FUNCTION deal_total() FROM PUBLIC;
