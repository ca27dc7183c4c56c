-- case: a shared track may mean all tenants
-- config: lint: {tenancy: shared, small_tables: [deals]}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- file: sql/platform/0002_migration.up.sql
ALTER TABLE deals NO FORCE ROW LEVEL SECURITY;
UPDATE deals SET stage = 'won' WHERE stage = 'closed';
ALTER TABLE deals FORCE ROW LEVEL SECURITY;

-- case: each tenant writes its own rows
-- config: lint: {tenancy: both}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
-- sqlmig: touches platform.deals
SET LOCAL app.current_tenant_id = {{ tenant.id | literal }};
UPDATE platform.deals SET stage = 'won' WHERE stage = 'closed' AND tenant_id = {{ tenant.id | literal }};

-- case: the tenant is set, and the policies count
-- config: lint: {tenancy: both}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
-- sqlmig: touches platform.deals
SET LOCAL app.current_tenant_id = {{ tenant.id | literal }};
UPDATE platform.deals SET stage = 'won' WHERE stage = 'closed';

-- case: functions that policies bind, or that compare the tenant
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- file: sql/platform/0002_migration.up.sql
CREATE FUNCTION clear(wanted text) RETURNS void LANGUAGE sql SET search_path = platform, pg_temp
    AS $$ DELETE FROM deals WHERE stage = wanted $$;
CREATE FUNCTION clear(wanted text, whose uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = platform, pg_temp
    AS $$ DELETE FROM deals WHERE stage = wanted AND tenant_id = whose $$;
REVOKE EXECUTE ON FUNCTION clear(text, uuid) FROM PUBLIC;

-- case: a tenant's own schema
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
SET LOCAL app.current_tenant_id = {{ tenant.id | literal }};
UPDATE deals SET stage = 'won' WHERE stage = 'closed';
