-- case: an index for each tenant
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_stage ON deals (stage);

-- case: rebuilt, by as many workers as the server bears
-- config: apply: {workers: auto}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: transaction off
REINDEX INDEX CONCURRENTLY deals_pkey;
