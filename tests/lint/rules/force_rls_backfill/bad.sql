-- case: a shared track
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
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: a tenant track, with policies for the application alone
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
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE TABLE archive (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE archive ENABLE ROW LEVEL SECURITY;
ALTER TABLE archive FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON archive TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
DELETE FROM deals WHERE stage = 'lost';
INSERT INTO archive (tenant_id, stage) SELECT tenant_id, stage FROM deals;

-- case: policies that insist on the setting, and a DO block
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
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id'), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id'), '')::uuid));
-- file: sql/platform/0002_migration.up.sql
DO $$ BEGIN DELETE FROM deals WHERE stage = 'lost'; END $$;

-- case: a file that takes the tenant back
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
RESET app.current_tenant_id;
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: no policy for the command
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
CREATE POLICY tenant_isolation ON deals FOR SELECT
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
UPDATE deals SET stage = 'won' WHERE stage = 'closed';

-- case: a role of the application, and the tenant is set again
-- config: lint: {tenancy: both, app_roles: [deal_app, deal_reader]}
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
CREATE POLICY tenant_isolation ON deals TO deal_app, deal_reader
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
SET LOCAL app.current_tenant_id = '5a3b1e00-0000-4000-8000-000000000001';
DELETE FROM deals WHERE stage = 'lost';
