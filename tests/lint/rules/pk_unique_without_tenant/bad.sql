-- case: a unique column
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE customers (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    email text NOT NULL UNIQUE,
    PRIMARY KEY (tenant_id, id)
);

-- case: a primary key of the user's own values, and one of numbers
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE orders (tenant_id uuid NOT NULL, number text PRIMARY KEY);
CREATE TABLE lines (tenant_id uuid NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

-- case: a unique index, and a constraint that is added
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
-- file: sql/platform/0002_migration.up.sql
CREATE UNIQUE INDEX deals_owner ON deals (lower(owner), stage DESC) WHERE stage <> 'lost';
ALTER TABLE deals ADD CONSTRAINT deals_stage_key UNIQUE (stage);

-- case: an exclusion constraint
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE bookings (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    during tstzrange NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)
);
