-- case: a foreign table
-- config: lint: {tenancy: shared}
-- platform
CREATE FOREIGN TABLE platform.invoices (tenant_id uuid NOT NULL, id bigint NOT NULL) SERVER billing;
IMPORT FOREIGN SCHEMA billing FROM SERVER billing INTO platform;
