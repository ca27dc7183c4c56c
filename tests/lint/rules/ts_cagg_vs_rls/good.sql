CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
CREATE MATERIALIZED VIEW readings_daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', taken_at) AS day, avg(value) AS value FROM readings GROUP BY 1
    WITH NO DATA;
