-- case: other columns
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, stage text);
CREATE INDEX deals_owner_idx ON deals (owner_id);
CREATE INDEX deals_stage_owner_idx ON deals (stage, owner_id);

-- case: a unique one, and a longer one
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE UNIQUE INDEX deals_id_owner_idx ON deals (id, owner_id);

-- case: another method, condition, order, operator class
CREATE TABLE deals (id bigint PRIMARY KEY, title text, stage text, gone boolean);
CREATE INDEX deals_title_idx ON deals (title);
CREATE INDEX deals_title_hash ON deals USING hash (title);
CREATE INDEX deals_title_open ON deals (title) WHERE NOT gone;
CREATE INDEX deals_title_pattern ON deals (title text_pattern_ops);
CREATE INDEX deals_title_stage ON deals (stage, title DESC);
CREATE INDEX deals_stage_title ON deals (stage DESC, title);

-- case: it brings columns along
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, title text);
CREATE INDEX deals_owner_idx ON deals (owner_id) INCLUDE (title);
CREATE INDEX deals_owner_id_idx ON deals (owner_id, id);

-- case: the old one goes in the same file
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, stage text);
CREATE INDEX deals_owner_idx ON deals (owner_id);
-- migration
-- sqlmig: allow drop-index-not-concurrent: deals is tiny
DROP INDEX deals_owner_idx;
-- sqlmig: allow index-not-concurrent: deals is tiny
CREATE INDEX deals_owner_stage_idx ON deals (owner_id, stage);

-- case: each partition has its own
CREATE TABLE events (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX events_day_idx ON events (day);

-- case: a constraint that defers is no target of ON CONFLICT
CREATE TABLE people (id bigint PRIMARY KEY, email text CONSTRAINT people_email_key UNIQUE DEFERRABLE);
CREATE UNIQUE INDEX people_email_idx ON people (email);
