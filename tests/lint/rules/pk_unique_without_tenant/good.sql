-- case: the tenant column comes first
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    UNIQUE (tenant_id, owner),
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE UNIQUE INDEX deals_owner ON deals (tenant_id, lower(owner));

-- case: a uuid that is drawn at random
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    stage text NOT NULL,
    owner text
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE INDEX deals_stage ON deals (tenant_id, stage);

-- case: the table is in the tenant's own schema
-- config: lint: {tenancy: both}
CREATE TABLE deals (tenant_id uuid NOT NULL, id bigint PRIMARY KEY, owner text UNIQUE);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: a name in quotes
-- config: lint: {tenancy: shared, tenant_column: TenantId, rules: {rls-missing: 'off'}}
-- platform
CREATE TABLE deals (
    "TenantId" uuid NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY ("TenantId", id)
);
CREATE UNIQUE INDEX deals_pilot ON deals (id) WHERE "TenantId" = '5a3b1e00-0000-4000-8000-000000000001';

-- case: a down file puts back what was there
-- config: lint: {tenancy: shared, rules: {down-incomplete: 'off'}}
-- file: sql/platform/0002_migration.up.sql
SELECT 1;
-- file: sql/platform/0002_migration.down.sql
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: an index for one tenant
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
CREATE UNIQUE INDEX deals_pilot ON deals (owner) WHERE tenant_id = '5a3b1e00-0000-4000-8000-000000000001';
