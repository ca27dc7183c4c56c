-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE MATERIALIZED VIEW deals_by_stage AS SELECT stage, count(*) AS deals FROM deals GROUP BY stage;
CREATE UNIQUE INDEX deals_by_stage_stage_idx ON deals_by_stage (stage);
-- migration
-- sqlmig: irreversible a refresh changes nothing but rows
REFRESH MATERIALIZED VIEW CONCURRENTLY deals_by_stage;
