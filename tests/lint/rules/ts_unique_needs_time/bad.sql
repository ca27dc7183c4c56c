-- case: the primary key of a table that becomes a hypertable
CREATE TABLE readings (id bigint PRIMARY KEY, taken_at timestamptz NOT NULL);
SELECT create_hypertable('readings', by_range('taken_at'));

-- case: a unique index on a hypertable
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
CREATE UNIQUE INDEX readings_sensor_id_key ON readings (sensor_id);

-- case: a unique constraint, and the options of CREATE TABLE
CREATE TABLE "Readings" ("takenAt" timestamptz NOT NULL, sensor_id bigint UNIQUE)
    WITH (tsdb.hypertable, tsdb.partition_column = 'takenAt');
