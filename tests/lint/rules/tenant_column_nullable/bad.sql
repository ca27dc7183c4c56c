-- case: a new table
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE deals (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid
);

-- case: the column is added without NOT NULL to a new table
-- config: lint: {tenancy: both}
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ADD COLUMN tenant_id uuid;

-- case: NOT NULL is taken away
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    UNIQUE (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- file: sql/platform/0002_migration.up.sql
ALTER TABLE deals ALTER COLUMN tenant_id DROP NOT NULL;
