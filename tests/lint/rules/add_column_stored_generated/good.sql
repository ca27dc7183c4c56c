-- config: postgres: 18
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric(12, 2), tax numeric(12, 2));
-- migration
ALTER TABLE deals ADD COLUMN gross numeric(12, 2) GENERATED ALWAYS AS (net + tax) VIRTUAL;
-- down
ALTER TABLE deals DROP COLUMN gross;
