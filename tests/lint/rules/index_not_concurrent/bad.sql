-- case: a table that is in use
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
CREATE INDEX deals_owner_id_idx ON deals (owner_id);

-- case: without a name, and IF NOT EXISTS
-- earlier
CREATE TABLE "Deals" (id bigint PRIMARY KEY, owner_id bigint, stage text);
-- migration
CREATE INDEX ON "Deals" USING btree (owner_id) WHERE stage = 'won';
CREATE INDEX IF NOT EXISTS deals_stage_idx ON "Deals" (stage);

-- case: a partitioned table
-- earlier
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- migration
CREATE INDEX events_kind_idx ON events (kind);

-- case: a hypertable
-- earlier
CREATE TABLE readings (at timestamptz NOT NULL, value float8);
SELECT create_hypertable('readings', 'at');
-- migration
CREATE INDEX readings_value_idx ON readings (value);
