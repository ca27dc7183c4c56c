-- case: by nothing
-- config: lint: {tenancy: both}
CREATE TABLE readings (tenant_id uuid NOT NULL, taken_at timestamptz NOT NULL);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (timescaledb.compress);

-- case: by something else
-- config: lint: {tenancy: shared}
CREATE TABLE readings (tenant_id uuid NOT NULL, sensor_id bigint, taken_at timestamptz NOT NULL);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'sensor_id');
