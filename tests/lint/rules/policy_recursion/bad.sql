-- case: its own table
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- migration
CREATE POLICY own ON deals FOR SELECT TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid) AND EXISTS (SELECT FROM deals d WHERE d.owner = deals.owner));

-- case: by way of another
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE members (id bigint PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON deals TO deal_app USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid) AND id IN (SELECT id FROM members));
-- migration
CREATE POLICY own ON members TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid) AND id IN (SELECT id FROM deals));
