-- case: a column that is in use
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner bigint);
-- migration
ALTER TABLE deals RENAME COLUMN owner TO owner_id;

-- case: no code uses the old name any more
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner bigint);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals RENAME COLUMN owner TO owner_id;

-- case: the word left out, a type with its length
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, "Title" varchar(80));
-- migration
ALTER TABLE deals RENAME "Title" TO title;

-- case: a column of a view
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner bigint);
CREATE VIEW deal_report AS SELECT id, owner FROM deals;
-- migration
ALTER VIEW deal_report RENAME COLUMN owner TO owner_id;

-- case: a table that no migration makes
ALTER TABLE deals RENAME COLUMN owner TO owner_id;
