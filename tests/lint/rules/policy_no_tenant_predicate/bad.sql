-- case: a number, in a quoted table
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE app."Deals" (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, owner text);
-- migration
CREATE POLICY "Own" ON app."Deals" FOR UPDATE TO deal_app USING (owner <> '');

-- case: another column
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals TO deal_app USING (owner = current_setting('app.user', true));

-- case: or
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid) OR tenant_id IS NULL)
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: itself
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals FOR DELETE USING (tenant_id = tenant_id);

-- case: what is written
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals FOR INSERT WITH CHECK (owner <> '');

-- case: altered
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
ALTER POLICY tenant_isolation ON deals USING (owner IS NOT NULL);

-- case: another setting
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid));

-- case: a function that is not known
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals USING (tenant_id = (SELECT app.current_tenant()));

-- case: a function that gets the column
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals USING (app.may_see(tenant_id));

-- case: a function that gets the row
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals USING (app.may_see(id));

-- case: by the role
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals USING (tenant_id = (SELECT id FROM tenants WHERE role = current_user));
