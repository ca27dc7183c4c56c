-- case: compressed, then row level security
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id');
ALTER TABLE readings ENABLE ROW LEVEL SECURITY;

-- case: row level security, then compressed
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings ENABLE ROW LEVEL SECURITY;
ALTER TABLE readings SET (timescaledb.enable_columnstore = true);
