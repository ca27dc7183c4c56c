-- case: a new table
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: a table that was there, in a DO block
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
DO $$ BEGIN
    ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
END $$;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: two actions in one statement
-- config: lint: {tenancy: both}
-- earlier
CREATE TABLE "Deals" (id bigint PRIMARY KEY);
-- migration
ALTER TABLE IF EXISTS "Deals" ADD COLUMN tenant_id uuid, ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON "Deals" TO deal_app USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: a table that no migration made
-- migration
ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
