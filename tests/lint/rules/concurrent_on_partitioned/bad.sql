-- earlier
CREATE TABLE events (id bigint, at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY events_at_idx ON events (at);
