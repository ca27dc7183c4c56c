-- case: without data
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
CREATE MATERIALIZED VIEW readings_daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', taken_at) AS day, avg(value) AS value FROM readings GROUP BY 1
    WITH NO DATA;

-- case: outside of a transaction
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
-- sqlmig: transaction off
CALL refresh_continuous_aggregate('readings_daily', NULL, NULL);

-- case: a plain materialized view
CREATE MATERIALIZED VIEW daily AS SELECT 1 AS n;
