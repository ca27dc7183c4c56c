-- case: rows that go
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
SELECT drop_chunks('readings', older_than => INTERVAL '1 year');
SELECT extensions.add_retention_policy('readings'::regclass, drop_after => INTERVAL '90 days');

-- case: policies that go
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
SELECT remove_retention_policy('readings');
CALL remove_columnstore_policy('readings');

-- case: a name that cannot be read
SELECT drop_chunks(format('%I.readings', current_schema())::regclass, INTERVAL '1 year');

-- case: in a way back
-- earlier
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint NOT NULL, value double precision);
SELECT create_hypertable('readings', 'taken_at');
-- migration
ALTER TABLE readings ADD COLUMN unit text;
-- down
SELECT drop_chunks('readings', INTERVAL '1 year');
ALTER TABLE readings DROP COLUMN unit;
