-- earlier
CREATE TABLE events (id bigint, at timestamptz, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY events_2025_at_idx ON events_2025 (at);
-- down
-- sqlmig: transaction off
DROP INDEX CONCURRENTLY events_2025_at_idx;
