-- case: another in its place
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deals TO app USING (id > 0) WITH CHECK (id > 0);
-- migration
CREATE POLICY new_rows ON deals TO app USING (id > 1) WITH CHECK (id > 1);
DROP POLICY own_rows ON deals;

-- case: one for each command in its place
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deals TO app USING (id > 0) WITH CHECK (id > 0);
-- migration
DROP POLICY own_rows ON deals;
CREATE POLICY read_rows ON deals FOR SELECT TO app USING (id > 1);
CREATE POLICY add_rows ON deals FOR INSERT TO app WITH CHECK (id > 1);
CREATE POLICY change_rows ON deals FOR UPDATE TO app USING (id > 1) WITH CHECK (id > 1);
CREATE POLICY remove_rows ON deals FOR DELETE TO app USING (id > 1);

-- case: a down file takes back what its up file made
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deals TO app USING (id > 0) WITH CHECK (id > 0);
-- migration
CREATE POLICY fence ON deals AS RESTRICTIVE TO app USING (id < 100) WITH CHECK (id < 100);
-- down
DROP POLICY fence ON deals;
