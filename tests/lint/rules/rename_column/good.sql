-- case: a table of the same migration
CREATE TABLE deals (id bigint PRIMARY KEY, owner bigint);
ALTER TABLE deals RENAME COLUMN owner TO owner_id;

-- case: a view serves the old code
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner bigint);
-- migration
ALTER TABLE deals RENAME COLUMN owner TO owner_id;
ALTER TABLE deals RENAME TO deal_rows;
CREATE VIEW deals WITH (security_invoker = true) AS SELECT id, owner_id AS owner FROM deal_rows;

-- case: another column gets the name
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner integer);
-- migration
ALTER TABLE deals RENAME COLUMN owner TO old_owner;
ALTER TABLE deals ADD COLUMN owner bigint;

-- case: a down file gives the old name back
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner bigint);
-- migration
-- sqlmig: allow rename-column: the service is down for this release
ALTER TABLE deals RENAME COLUMN owner TO owner_id;
-- down
ALTER TABLE deals RENAME COLUMN owner_id TO owner;
