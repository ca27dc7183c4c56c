-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE MATERIALIZED VIEW deals_by_stage AS SELECT stage, count(*) AS deals FROM deals GROUP BY stage;
-- migration
REFRESH MATERIALIZED VIEW deals_by_stage;
