-- case: the only one
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deals TO app USING (id > 0);
-- migration
DROP POLICY own_rows ON deals;

-- case: one of two
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deals FOR SELECT TO app USING (id > 0);
CREATE POLICY shared_rows ON deals FOR SELECT TO app USING (id < 0);
-- migration
DROP POLICY shared_rows ON deals;

-- case: a restrictive one, and a permissive one in its place
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON deals USING (id > 0);
CREATE POLICY "Fence" ON deals AS RESTRICTIVE FOR DELETE USING (id > 10);
-- migration
DROP POLICY "Fence" ON deals;
CREATE POLICY fence ON deals FOR DELETE USING (id > 10);

-- case: a new one for fewer commands
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deals TO app USING (id > 0);
-- migration
CREATE POLICY read_rows ON deals FOR SELECT TO app USING (id > 0);
DROP POLICY own_rows ON deals;

-- case: a moment without
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deals TO app USING (id > 0);
-- migration
-- sqlmig: transaction off
DROP POLICY own_rows ON deals;
CREATE POLICY own_rows ON deals TO app USING (id > 1);

-- case: one that no migration makes
DROP POLICY own_rows ON deals;
