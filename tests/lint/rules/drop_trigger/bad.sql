-- case: a trigger that fires
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
-- migration
DROP TRIGGER audit ON deals;

-- case: one that no migration makes
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
DROP TRIGGER "Audit" ON deals;

-- case: no code counts on it any more
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
-- migration
-- sqlmig: phase contract
DROP TRIGGER audit ON deals;
