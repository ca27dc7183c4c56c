-- case: a table of the same migration
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals DISABLE TRIGGER ALL;
INSERT INTO deals VALUES (1);
ALTER TABLE deals ENABLE TRIGGER ALL;

-- case: back to normal
SET LOCAL session_replication_role = DEFAULT;
SET LOCAL session_replication_role = origin;
