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

-- case: another tablespace, another access method
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals SET TABLESPACE fast;
ALTER TABLE deals SET ACCESS METHOD heap;
