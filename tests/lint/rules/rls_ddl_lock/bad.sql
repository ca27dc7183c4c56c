-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: lock_timeout 0
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
