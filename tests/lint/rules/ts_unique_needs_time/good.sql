-- case: with the time
CREATE TABLE readings (id bigint, taken_at timestamptz, PRIMARY KEY (id, taken_at));
SELECT create_hypertable('readings', 'taken_at');

-- case: no hypertable
CREATE TABLE readings (id bigint PRIMARY KEY, taken_at timestamptz NOT NULL);

-- case: a time column that cannot be read
CREATE TABLE readings (id bigint PRIMARY KEY, taken_at timestamptz NOT NULL);
SELECT create_hypertable('readings', lower('TAKEN_AT'));
