-- case: an index
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY readings_sensor_id_idx ON readings (sensor_id, taken_at DESC);

-- case: a unique one
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
-- sqlmig: transaction off
CREATE UNIQUE INDEX CONCURRENTLY readings_key ON readings (sensor_id, taken_at);
