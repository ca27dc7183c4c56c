-- case: made by the same migration
-- earlier
CREATE TABLE events (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
-- migration
CREATE TABLE events_2025 (LIKE events INCLUDING ALL);
ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- down
-- sqlmig: allow detach-partition: it is taken back before anything is in it
ALTER TABLE events DETACH PARTITION events_2025;
DROP TABLE events_2025;

-- case: a parent with a foreign key
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
-- migration
CREATE TABLE events (id bigint, at date NOT NULL, owner_id bigint REFERENCES owners (id), PRIMARY KEY (id, at))
    PARTITION BY RANGE (at);
CREATE INDEX events_owner_id_idx ON events (owner_id);
CREATE TABLE events_2025 (LIKE events INCLUDING ALL);
ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
