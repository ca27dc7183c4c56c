-- case: as the primary key
CREATE TABLE deals (id bigint PRIMARY KEY, title text);
CREATE INDEX deals_id_idx ON deals (id);

-- case: as an index that was there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, stage text);
CREATE INDEX deals_owner_stage_idx ON deals (owner_id, stage);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_owner_idx ON deals (owner_id);

-- case: longer than one that was there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, stage text);
CREATE INDEX deals_owner_idx ON deals (owner_id);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_owner_stage_idx ON deals (owner_id, stage);

-- case: two in one file, of which the shorter comes first
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, stage text);
CREATE INDEX ON deals (owner_id);
CREATE INDEX ON deals (owner_id, stage);

-- case: the same expression and condition
CREATE TABLE people (id bigint PRIMARY KEY, email text, gone boolean);
CREATE INDEX people_email_idx ON people (lower(email)) WHERE NOT gone;
CREATE INDEX people_email2_idx ON people (lower( email )) WHERE NOT  gone;

-- case: a unique constraint beside a unique index
CREATE TABLE people (id bigint PRIMARY KEY, email text UNIQUE);
CREATE UNIQUE INDEX "People_Email" ON people (email);

-- case: a constraint on the columns of the primary key
CREATE TABLE people (id bigint PRIMARY KEY);
ALTER TABLE people ADD CONSTRAINT people_id_key UNIQUE (id);

-- case: longer than one of a partitioned table
-- config: lint: {since: 2}
-- earlier
CREATE TABLE events (id bigint, day date, kind text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX events_kind_idx ON events (kind);
-- migration
CREATE INDEX events_kind_day_idx ON events (kind, day);
