-- case: compressed
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id');

-- case: switched off
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (timescaledb.compress = false);
