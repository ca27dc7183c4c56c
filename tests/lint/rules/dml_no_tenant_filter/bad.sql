-- case: from each tenant, to a table of all
-- config: lint: {tenancy: both}
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
CREATE TABLE archive (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE archive ENABLE ROW LEVEL SECURITY;
ALTER TABLE archive FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON archive TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
-- migration
-- sqlmig: touches platform.deals
UPDATE platform.deals SET stage = 'won' WHERE stage = 'closed';
DELETE FROM platform.deals WHERE owner IS NULL;
INSERT INTO platform.archive SELECT * FROM platform.deals WHERE stage = 'lost';
MERGE INTO platform.deals d USING (VALUES ('a', 'b')) v (was, is_now) ON d.stage = v.was
    WHEN MATCHED THEN UPDATE SET stage = v.is_now;

-- case: a function with its owner's rights
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
-- file: sql/platform/0002_migration.up.sql
CREATE FUNCTION close_deal(deal bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = platform, pg_temp
    AS $$ UPDATE deals SET stage = 'closed' WHERE id = deal $$;

-- case: a function, and no row level security
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
-- file: sql/platform/0002_migration.up.sql
CREATE FUNCTION clear(wanted text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM deals WHERE stage = wanted;
END $$;
