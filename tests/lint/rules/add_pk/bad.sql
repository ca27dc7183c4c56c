-- case: a constraint
-- earlier
CREATE TABLE deals (id bigint NOT NULL);
-- migration
ALTER TABLE deals ADD PRIMARY KEY (id);

-- case: with a column
-- earlier
CREATE TABLE deals (number text);
-- migration
ALTER TABLE deals ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;

-- case: a column that may be NULL
-- earlier
CREATE TABLE deals (id bigint);
-- migration
ALTER TABLE deals ADD PRIMARY KEY (id);

-- case: a partitioned table
-- earlier
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
ALTER TABLE events ADD PRIMARY KEY (id, at);
