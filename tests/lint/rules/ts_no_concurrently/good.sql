-- case: no hypertable
-- earlier
CREATE TABLE readings (id bigint PRIMARY KEY, sensor_id bigint);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY readings_sensor_id_idx ON readings (sensor_id);

-- case: one chunk at a time
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
-- sqlmig: transaction off
-- sqlmig: lock_timeout 2s
CREATE INDEX readings_sensor_id_idx ON readings (sensor_id) WITH (timescaledb.transaction_per_chunk);
