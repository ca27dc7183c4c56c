-- case: the key begins with the tenant column
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
-- file: sql/platform/0002_migration.up.sql
INSERT INTO deals (tenant_id, stage, owner) VALUES ('5a3b1e00-0000-4000-8000-000000000001', 'new', 'ann')
    ON CONFLICT (tenant_id, owner) DO UPDATE SET stage = excluded.stage;

-- case: the other tenant's row is left alone
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
-- sqlmig: allow pk-unique-without-tenant: the case is about what comes of it
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text UNIQUE,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- file: sql/platform/0002_migration.up.sql
INSERT INTO deals (tenant_id, stage, owner) VALUES ('5a3b1e00-0000-4000-8000-000000000001', 'new', 'ann')
    ON CONFLICT (owner) DO UPDATE SET stage = excluded.stage WHERE deals.tenant_id = excluded.tenant_id;
INSERT INTO deals (tenant_id, stage, owner) VALUES ('5a3b1e00-0000-4000-8000-000000000001', 'new', 'bob')
    ON CONFLICT (owner) DO NOTHING;
