-- case: a name
-- earlier
CREATE TABLE events (id bigint, at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY events_at_idx ON events (at);

-- case: without a name, quoted, in lower case
-- earlier
CREATE TABLE "Events" (id bigint, at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE "Events_2025" PARTITION OF "Events" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
-- sqlmig: transaction off
create index concurrently on "Events" (at);
