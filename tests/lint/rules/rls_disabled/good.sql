-- case: forced again
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
ALTER TABLE deals NO FORCE ROW LEVEL SECURITY;
ALTER TABLE deals ADD COLUMN note text;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;

-- case: was off
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
ALTER TABLE deals DISABLE ROW LEVEL SECURITY;

-- case: the way back
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- down
DROP POLICY tenant_isolation ON deals;
ALTER TABLE deals NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
