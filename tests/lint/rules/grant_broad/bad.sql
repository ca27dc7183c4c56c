-- case: all privileges
-- earlier
CREATE TABLE deals (id bigserial PRIMARY KEY);
-- migration
GRANT ALL ON deals TO app;
GRANT ALL PRIVILEGES ON SEQUENCE deals_id_seq TO app;
GRANT ALL ON SCHEMA platform TO app, reporting;

-- case: to everybody
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
GRANT SELECT ON deals TO PUBLIC;

-- case: to pass on
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
GRANT SELECT, UPDATE ON deals TO app WITH GRANT OPTION;
