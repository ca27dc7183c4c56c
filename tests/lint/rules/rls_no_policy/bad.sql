-- case: no policy
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- case: restrictive alone
-- config: lint: {tenancy: both, app_roles: [deal_app]}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON deals AS RESTRICTIVE USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: a policy without a condition
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY open ON deals;

-- case: not a table of tenants
-- earlier
CREATE TABLE notes (id bigint PRIMARY KEY);
-- migration
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
