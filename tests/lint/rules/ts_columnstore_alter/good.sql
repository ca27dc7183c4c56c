-- case: plain columns
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id', timescaledb.compress_orderby = 'taken_at DESC'
);
-- migration
ALTER TABLE readings ADD COLUMN unit text;
ALTER TABLE readings ADD COLUMN factor integer NOT NULL DEFAULT 1;

-- case: not compressed
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
ALTER TABLE readings ADD COLUMN unit text;
