-- case: a constraint
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, number text);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_number_key UNIQUE (number);

-- case: with a column
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN number text UNIQUE;

-- case: with all that belongs to it
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, number text, stage text);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_number_key
    UNIQUE NULLS NOT DISTINCT (number) INCLUDE (stage) DEFERRABLE INITIALLY DEFERRED;

-- case: a partitioned table
-- earlier
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
ALTER TABLE events ADD CONSTRAINT events_key UNIQUE (id, at);
