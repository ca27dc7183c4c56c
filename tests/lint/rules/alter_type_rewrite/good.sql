-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, name varchar(50), amount numeric(10, 2));
-- migration
ALTER TABLE deals ALTER COLUMN name TYPE varchar(100);
ALTER TABLE deals ALTER COLUMN amount TYPE numeric(14, 2);
-- down
-- sqlmig: allow alter-type-rewrite: nobody takes this back but in a test
ALTER TABLE deals ALTER COLUMN name TYPE varchar(50);
-- sqlmig: allow alter-type-rewrite: nobody takes this back but in a test
ALTER TABLE deals ALTER COLUMN amount TYPE numeric(10, 2);
