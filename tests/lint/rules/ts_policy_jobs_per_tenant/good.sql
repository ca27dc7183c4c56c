-- platform
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
SELECT add_compression_policy('readings', INTERVAL '30 days');
