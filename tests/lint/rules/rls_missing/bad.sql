-- config: lint: {tenancy: both}
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
