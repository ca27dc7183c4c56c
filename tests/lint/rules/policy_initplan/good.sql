-- case: in a subquery
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

-- case: gets a column
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON deals TO deal_app USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid) AND app.may_see(owner) AND lower(owner) <> 'x');

-- case: immutable
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE FUNCTION first_id() RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 100;
CREATE POLICY own ON deals TO deal_app USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid) AND id > first_id());
