-- case: at the column
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE notes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL,
    deal_id uuid NOT NULL REFERENCES deals (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, id)
);

-- case: added later, with SET NULL
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE notes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL,
    deal_id uuid,
    PRIMARY KEY (tenant_id, id)
);
-- file: sql/platform/0002_migration.up.sql
ALTER TABLE notes ADD CONSTRAINT notes_deal FOREIGN KEY (deal_id) REFERENCES deals (id) ON DELETE SET NULL NOT VALID;

-- case: a tree within one table
-- config: lint: {tenancy: shared}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE deals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    stage text NOT NULL,
    owner text,
    PRIMARY KEY (tenant_id, id)
);
-- file: sql/platform/0002_migration.up.sql
ALTER TABLE deals ADD COLUMN parent_id uuid REFERENCES deals (id);

-- case: from a tenant's own tables to rows of all tenants
-- config: lint: {tenancy: both, rules: {fk-to-shared-table: 'off'}}
-- platform
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE subscriptions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    PRIMARY KEY (tenant_id, id)
);
-- migration
CREATE TABLE invoices (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    subscription_id uuid REFERENCES platform.subscriptions (id),
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE reminders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    subscription_id uuid REFERENCES platform.subscriptions (id)
);
