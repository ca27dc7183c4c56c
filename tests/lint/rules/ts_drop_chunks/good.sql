-- case: on a new table
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
SELECT add_retention_policy('readings', INTERVAL '90 days');

-- case: a way back
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
SELECT add_compression_policy('readings', INTERVAL '30 days');
-- down
SELECT remove_compression_policy('readings');
