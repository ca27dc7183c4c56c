-- case: switched off
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: lock_timeout 0
ALTER TABLE deals ADD COLUMN note text;

-- case: too long, by the configuration
-- config: apply: {lock_timeout: 5min}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN note text;
