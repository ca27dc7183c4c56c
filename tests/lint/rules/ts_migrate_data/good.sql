-- case: a new table
CREATE TABLE readings (taken_at timestamptz, id bigint, PRIMARY KEY (id, taken_at));
SELECT create_hypertable('readings', 'taken_at', migrate_data => true);

-- case: rows stay out
SELECT create_hypertable('readings', 'taken_at', migrate_data => false);
