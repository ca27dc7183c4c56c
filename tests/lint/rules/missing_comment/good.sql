-- case: a comment
CREATE TABLE deals (id bigint PRIMARY KEY);
COMMENT ON TABLE deals IS 'one row for each contract that may come';

-- case: a partition, and a temporary table
CREATE TABLE events (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
COMMENT ON TABLE events IS 'one row for each thing that happened';
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TEMPORARY TABLE loaded (line text) ON COMMIT DROP;

-- case: a table that was there
-- config: lint: {since: 2}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN title text;
