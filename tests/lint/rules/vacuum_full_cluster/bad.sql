-- case: VACUUM FULL
-- sqlmig: transaction off
VACUUM (FULL, ANALYZE) deals;

-- case: CLUSTER
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
CLUSTER deals USING deals_pkey;

-- case: UNLOGGED
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals SET UNLOGGED;
