-- case: no limit
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
UPDATE deals SET stage = 'lead' WHERE stage IS NULL;

-- case: too short
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: transaction off
-- sqlmig: statement_timeout 30s
CREATE INDEX CONCURRENTLY deals_stage_idx ON deals (stage);
