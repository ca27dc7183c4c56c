-- case: made again
-- config: lint: {rules: {trigger-ddl: 'off'}}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
-- migration
DROP TRIGGER audit ON deals;
CREATE TRIGGER audit AFTER INSERT OR DELETE ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();

-- case: the table goes
-- config: lint: {rules: {trigger-ddl: 'off'}}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
-- migration
-- sqlmig: phase contract
DROP TRIGGER audit ON deals;
-- sqlmig: allow drop-table: nobody uses it any more
DROP TABLE deals;
