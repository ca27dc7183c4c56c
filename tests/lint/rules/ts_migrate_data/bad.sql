-- case: a table with rows
-- earlier
CREATE TABLE readings (taken_at timestamptz, id bigint, PRIMARY KEY (id, taken_at));
-- migration
SELECT create_hypertable('readings', 'taken_at', migrate_data => true);

-- case: the newer form, in another schema
SELECT * FROM extensions.create_hypertable('readings'::regclass, by_range('taken_at'), migrate_data := 'true');

-- case: a small one
-- config: lint: {small_tables: [readings]}
SELECT create_hypertable('readings', 'taken_at', migrate_data => true);
