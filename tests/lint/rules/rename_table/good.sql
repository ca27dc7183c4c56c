-- case: a view by the old name
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals RENAME TO opportunities;
CREATE VIEW deals WITH (security_invoker = true) AS SELECT * FROM opportunities;

-- case: another table in its place
-- config: lint: {rules: {wide-lock-window: 'off'}}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE deals_new (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals RENAME TO deals_old;
-- sqlmig: allow rename-table: nobody uses it before the swap
ALTER TABLE deals_new RENAME TO deals;

-- case: an index
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_idx ON deals (owner_id);
-- migration
ALTER INDEX deals_owner_idx RENAME TO deals_owner_id_idx;
ALTER TABLE deals_owner_id_idx RENAME TO deals_by_owner_idx;

-- case: made by the same migration
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals RENAME TO opportunities;
