-- case: a range
-- earlier
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
-- migration
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- case: with an identity
-- config: postgres: 17
-- earlier
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL) PARTITION BY RANGE (at);
-- migration
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
