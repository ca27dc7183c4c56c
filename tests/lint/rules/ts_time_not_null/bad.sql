-- case: it may be NULL
CREATE TABLE readings (taken_at timestamptz, value double precision);
SELECT create_hypertable('readings', 'taken_at');

-- case: no longer NOT NULL
-- config: lint: {since: 2}
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
-- sqlmig: phase contract
ALTER TABLE readings ALTER COLUMN taken_at DROP NOT NULL;

-- case: a table that was there
-- config: lint: {since: 2}
-- earlier
CREATE TABLE readings (taken_at timestamp(3), value double precision);
-- migration
SELECT create_hypertable('readings', 'taken_at', migrate_data => true);
