-- case: in the table
CREATE TABLE deals (id bigint PRIMARY KEY);

-- case: added later in the file
CREATE TABLE deals (id bigint NOT NULL);
ALTER TABLE deals ADD PRIMARY KEY (id);

-- case: partitions have that of their parent
CREATE TABLE events (id bigint, happened_at date, PRIMARY KEY (id, happened_at)) PARTITION BY RANGE (happened_at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- case: a temporary table
CREATE TEMPORARY TABLE loaded (line text) ON COMMIT DROP;

-- case: a table like one whose indexes are not known here
CREATE TABLE deal_copies (LIKE deals INCLUDING ALL);

-- case: like a table that is known
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE deal_copies (LIKE deals INCLUDING ALL);

-- case: a hypertable
CREATE TABLE readings (taken_at timestamptz NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');

-- case: a replica identity instead
CREATE TABLE deal_events (happened_at timestamptz NOT NULL, what text);
ALTER TABLE deal_events REPLICA IDENTITY FULL;

-- case: a table that is gone at the end
CREATE TABLE loaded (line text);
DROP TABLE loaded;
