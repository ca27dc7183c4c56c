-- case: plain
-- earlier
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
ALTER TABLE events DETACH PARTITION events_2025;

-- case: a default partition is in the way
-- earlier
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_other PARTITION OF events DEFAULT;
-- migration
-- sqlmig: transaction off
ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY;
