-- case: with data
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
CREATE MATERIALIZED VIEW readings_daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', taken_at) AS day, avg(value) AS value FROM readings GROUP BY 1;

-- case: with data, as it is said
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
CREATE MATERIALIZED VIEW readings_daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', taken_at) AS day, avg(value) AS value FROM readings GROUP BY 1 WITH DATA;

-- case: a refresh
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
CALL refresh_continuous_aggregate('readings_daily', NULL, NULL);

-- case: a refresh in a DO block
-- sqlmig: transaction off
DO $$ BEGIN CALL refresh_continuous_aggregate('readings_daily', NULL, NULL); END $$;
