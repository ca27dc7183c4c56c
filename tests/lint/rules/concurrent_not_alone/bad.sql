-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, stage_id bigint);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_owner_id_idx ON deals (owner_id);
CREATE INDEX CONCURRENTLY deals_stage_id_idx ON deals (stage_id);
