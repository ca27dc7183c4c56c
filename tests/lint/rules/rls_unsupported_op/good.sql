-- case: insert and select
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
INSERT INTO deals (id, tenant_id) VALUES (1, '6f0c1c54-0c0a-4f0e-9d2b-0c4f0a5a3a10');
GRANT SELECT, INSERT ON deals TO deal_app;

-- case: no row level security
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner text);
-- migration
GRANT SELECT, TRUNCATE ON deals TO deal_app;
