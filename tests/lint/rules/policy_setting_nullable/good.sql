-- case: null
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: a text
-- migration
CREATE TABLE notes (id bigint PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (tenant_id = (SELECT current_setting('app.current_tenant_id', true)));

-- case: one of the server
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON deals TO deal_app USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid) AND (SELECT current_setting('transaction_read_only')::boolean));
