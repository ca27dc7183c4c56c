-- case: tenants have schemas
-- platform
CREATE FOREIGN TABLE platform.invoices (tenant_id uuid NOT NULL, id bigint NOT NULL) SERVER billing;
