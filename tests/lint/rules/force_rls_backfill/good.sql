-- case: a tenant track: sqlmig has set the tenant, and the policy is for every role
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
UPDATE deals SET stage = 'won' WHERE stage = 'closed';
DO $$ BEGIN DELETE FROM deals WHERE stage = 'lost'; END $$;

-- case: the policy is for the role that the track runs as
-- config: tracks: {platform: {path: sql/platform, scope: shared, schema: platform}, tenant: {path: sql/tenant, scope: tenant, run_as: tenant_owner}}
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
CREATE POLICY tenant_isolation ON deals TO deal_app, tenant_owner
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: another role than the application's, which may be the one that migrates
-- config: lint: {tenancy: both, app_roles: [deal_app], rules: {policy-permissive-or: 'off'}}
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
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY migrations ON deals TO deal_migrator
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: a policy for whoever migrates
-- config: lint: {tenancy: both, app_roles: [deal_app], rules: {policy-permissive-or: 'off'}}
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
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY migrations ON deals TO CURRENT_USER
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: the tenant is taken back and set again
-- config: lint: {tenancy: both, rules: {session-leak: 'off'}}
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
RESET app.current_tenant_id;
SELECT set_config('app.current_tenant_id', {{ tenant.id | literal }}, true);
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: FORCE is off meanwhile
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

-- case: a policy lets the migrating role pass
-- config: lint: {tenancy: shared, rules: {policy-always-true: 'off', policy-permissive-or: 'off', policy-no-tenant-predicate: 'off'}}
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
CREATE POLICY migrations ON deals TO migrator USING (true);
-- file: sql/platform/0002_migration.up.sql
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: rows are only added, which the server refuses aloud
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
INSERT INTO deals (tenant_id, stage) VALUES ('5a3b1e00-0000-4000-8000-000000000001', 'new');
