-- config: lint: {tenancy: both}
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
