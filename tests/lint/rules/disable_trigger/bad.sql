-- case: all, those of foreign keys included
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals DISABLE TRIGGER ALL;
UPDATE deals SET id = id WHERE id < 100;
ALTER TABLE deals ENABLE TRIGGER ALL;

-- case: one, and nobody enables it
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals DISABLE TRIGGER audit;

-- case: one's own, enabled again
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals DISABLE TRIGGER USER;
ALTER TABLE deals ENABLE TRIGGER USER;

-- case: by a setting
SET LOCAL session_replication_role = replica;
SELECT set_config('session_replication_role', 'replica', true);
