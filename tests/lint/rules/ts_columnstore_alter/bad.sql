-- case: another type
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id', timescaledb.compress_orderby = 'taken_at DESC'
);
-- migration
ALTER TABLE readings ALTER COLUMN value TYPE numeric;

-- case: new columns
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id', timescaledb.compress_orderby = 'taken_at DESC'
);
-- migration
ALTER TABLE readings ADD COLUMN a bigint NOT NULL;
ALTER TABLE readings ADD COLUMN b bigserial;
ALTER TABLE readings ADD COLUMN c bigint CHECK (c > 0);
ALTER TABLE readings ADD COLUMN d bigint UNIQUE;

-- case: columns that the chunks are laid out by
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
ALTER TABLE readings SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id', timescaledb.compress_orderby = 'taken_at DESC'
);
-- migration
ALTER TABLE readings DROP COLUMN sensor_id;
ALTER TABLE readings DROP COLUMN taken_at;
