-- config: postgres: 17
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric, gross numeric GENERATED ALWAYS AS (net * 1.19) STORED);
-- migration
ALTER TABLE deals ALTER COLUMN gross SET EXPRESSION AS (net * 1.20);
