-- config: postgres: 18
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric, gross numeric GENERATED ALWAYS AS (net * 1.19) VIRTUAL);
-- migration
ALTER TABLE deals ALTER COLUMN gross SET EXPRESSION AS (net * 1.20);
-- down
ALTER TABLE deals ALTER COLUMN gross SET EXPRESSION AS (net * 1.19);
