-- case: the tenant column on both sides
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE TABLE notes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL,
    deal_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (deal_id, tenant_id) REFERENCES deals (id, tenant_id) ON DELETE CASCADE
);
CREATE INDEX notes_deal ON notes (tenant_id, deal_id);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON notes TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: to the list of tenants, and to a table that is exempt
-- config: lint: {tenancy: shared, exempt_tables: [currencies]}
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text REFERENCES currencies,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE INDEX deals_owner ON deals (owner);

-- case: both are in the tenant's own schema
-- config: lint: {tenancy: both}
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (id)
);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON deals TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE TABLE notes (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    deal_id bigint NOT NULL REFERENCES deals,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX notes_deal ON notes (deal_id);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON notes TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));

-- case: from a tenant's own table to its rows among those of all tenants
-- config: lint: {tenancy: both, rules: {fk-to-shared-table: 'off'}}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE subscriptions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON subscriptions
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
CREATE TABLE invoices (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    subscription_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, subscription_id) REFERENCES platform.subscriptions (tenant_id, id)
);
CREATE INDEX ON invoices (tenant_id, subscription_id);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON invoices
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
