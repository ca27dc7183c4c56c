-- case: for everything
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY open ON deals USING (true) WITH CHECK (1 = 1);

-- case: a table that is renamed
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE new_deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE new_deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY open ON new_deals TO deal_app USING (true);
ALTER TABLE new_deals RENAME TO deals;

-- case: to read
-- config: lint: {tenancy: both, app_roles: [deal_app]}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY readable ON deals FOR SELECT TO deal_app USING (true);

-- case: what is written
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY tenant_isolation ON deals USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (true);

-- case: altered
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
ALTER POLICY tenant_isolation ON deals USING ((tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)) OR true);

-- case: restrictive, but only for reading
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY tenant_only ON deals AS RESTRICTIVE FOR SELECT USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY open ON deals USING (true);

-- case: restrictive, but for another role
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY tenant_only ON deals AS RESTRICTIVE TO reporting USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY open ON deals TO deal_app USING (true);

-- case: a policy that no migration made
-- config: lint: {tenancy: both}
-- migration
ALTER POLICY old ON app.deals USING (true);

-- case: without tenants
-- earlier
CREATE TABLE notes (id bigint PRIMARY KEY);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY open ON notes USING (true);
