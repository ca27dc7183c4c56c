"""Statements of a tenant track, and what all tenants share of what they touch; {s} is the tenant's schema.

The same table is asked of the text (tests/plan/test_shared.py) and of two sessions on a server
(tests/db/test_shared_objects_live.py): those with words are in each other's way there, those without are not.
"""

from __future__ import annotations

SHARED_SCHEMA = """
CREATE SCHEMA core;
CREATE TABLE core.plans (id int PRIMARY KEY, x int);
INSERT INTO core.plans VALUES (1, 1);
CREATE TABLE core.c (id int, a int);
CREATE TABLE core.part (id int) PARTITION BY LIST (id);
CREATE FUNCTION core.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION core.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION core.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TYPE core.mood AS ENUM ('good');
CREATE DOMAIN core.positive AS int;
CREATE VIEW core.v AS SELECT * FROM core.plans;
CREATE MATERIALIZED VIEW core.m AS SELECT 1 AS x;
CREATE SEQUENCE core.numbers;
CREATE PUBLICATION changes;
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER other FOREIGN DATA WRAPPER wrapper;
"""
TENANT = """
CREATE SCHEMA {s};
CREATE TABLE {s}.deals (id int PRIMARY KEY, plan_id int REFERENCES core.plans, n int);
CREATE TABLE {s}.notes (id int PRIMARY KEY, plan_id int, n int);
CREATE TABLE {s}.lines (id int PRIMARY KEY, plan_id int);
ALTER TABLE {s}.lines ADD CONSTRAINT plan FOREIGN KEY (plan_id) REFERENCES core.plans NOT VALID;
INSERT INTO {s}.notes VALUES (5, 1, 1);
CREATE FUNCTION {s}.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE {s}.e AS ENUM ('a');
CREATE SEQUENCE {s}.q;
CREATE VIEW {s}.w AS SELECT 1 AS x;
CREATE INDEX notes_n ON {s}.notes (n);
"""

# {app} and {app2} are roles of the test's own.
TOUCHING: list[tuple[str, str]] = [
    # relations that are locked
    ("CREATE TABLE {s}.t (id int REFERENCES core.plans)", "foreign key to core.plans"),
    ("ALTER TABLE {s}.notes ADD FOREIGN KEY (plan_id) REFERENCES core.plans", "foreign key to core.plans"),
    ("ALTER TABLE {s}.notes ADD FOREIGN KEY (plan_id) REFERENCES core.plans NOT VALID", "foreign key to core.plans"),
    ("ALTER TABLE {s}.deals ADD COLUMN z int REFERENCES core.plans", "foreign key to core.plans"),
    ("CREATE TABLE {s}.t () INHERITS (core.c)", "table that inherits from core.c"),
    ("CREATE TABLE {s}.t PARTITION OF core.part FOR VALUES IN (1)", "partition of core.part"),
    ("CREATE TRIGGER x AFTER INSERT ON core.c FOR EACH ROW EXECUTE FUNCTION core.fire()", "trigger on core.c"),
    ("CREATE POLICY x ON core.c", "policy on core.c"),
    ("CREATE RULE x AS ON INSERT TO core.c DO NOTHING", "rule on core.c"),
    ("CREATE INDEX x ON core.c (id)", "index on core.c"),
    ("CREATE STATISTICS {s}.x ON id, a FROM core.c", "statistics on core.c"),
    ("LOCK TABLE core.c", "LOCK TABLE core.c"),
    ("TRUNCATE core.c", "TRUNCATE core.c"),
    ("ANALYZE core.c", "ANALYZE core.c"),
    ("ALTER TABLE core.c SET (fillfactor = 90)", "table core.c is altered"),
    ("ALTER INDEX core.plans_pkey SET (fillfactor = 90)", "index core.plans_pkey is altered"),
    ("REFRESH MATERIALIZED VIEW core.m", "materialized view core.m is refreshed"),
    ("REINDEX TABLE core.plans", "table core.plans is built again"),
    # rows
    ("UPDATE core.plans SET x = 2", "rows of core.plans"),
    ("DELETE FROM core.plans", "rows of core.plans"),
    ("INSERT INTO core.plans VALUES (99)", "rows of core.plans"),
    ("SELECT * FROM core.plans FOR UPDATE", "rows of core.plans"),
    ("SELECT * FROM core.plans FOR NO KEY UPDATE", "rows of core.plans"),
    ("DO $$ BEGIN UPDATE core.plans SET x = 2; END $$", "rows of core.plans"),
    # rows of catalogs: what lies in another schema
    ("CREATE TABLE core.x (id int)", "table core.x is made"),
    ("CREATE OR REPLACE FUNCTION core.f() RETURNS int LANGUAGE sql AS 'SELECT 2'", "function core.f is replaced"),
    ("CREATE FUNCTION core.x() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function core.x is made"),
    ("ALTER FUNCTION core.f() STABLE", "function core.f is altered"),
    ("DROP FUNCTION core.f()", "function core.f is dropped"),
    ("CREATE OR REPLACE VIEW core.v AS SELECT * FROM core.plans", "view core.v is replaced"),
    ("DROP VIEW core.v", "view core.v is dropped"),
    ("ALTER TYPE core.mood ADD VALUE 'bad'", "type core.mood is altered"),
    ("ALTER TYPE core.mood RENAME VALUE 'good' TO 'fine'", "type core.mood is altered"),
    ("CREATE TYPE core.x AS ENUM ('a')", "type core.x is made"),
    ("ALTER DOMAIN core.positive SET DEFAULT 1", "domain core.positive is altered"),
    ("ALTER SEQUENCE core.numbers RESTART", "sequence core.numbers is altered"),
    ("ALTER TABLE {s}.notes SET SCHEMA core", "table {s}.notes is moved to schema core"),
    ("COMMENT ON TABLE core.plans IS 'x'", "COMMENT ON table core.plans"),
    ("COMMENT ON COLUMN core.plans.id IS 'x'", "COMMENT ON column id of core.plans"),
    ("COMMENT ON FUNCTION core.f() IS 'x'", "COMMENT ON function core.f"),
    ("CREATE CAST (core.mood AS int) WITH INOUT", "cast of core.mood"),
    ("CREATE COLLATION {s}.x (provider = libc, locale = 'C')", "CREATE COLLATION, which locks pg_collation"),
    # privileges
    ("GRANT SELECT ON core.plans TO {app}", "GRANT on table core.plans"),
    ("REVOKE SELECT ON core.plans FROM {app}", "REVOKE on table core.plans"),
    ("GRANT USAGE ON SCHEMA core TO {app}", "GRANT on schema core"),
    ("GRANT ALL ON ALL TABLES IN SCHEMA core TO {app}", "GRANT on all tables in schema core"),
    ("GRANT EXECUTE ON FUNCTION core.f() TO {app}", "GRANT on function core.f"),
    ("GRANT USAGE ON LANGUAGE plpgsql TO {app}", "GRANT on language plpgsql"),
    ("GRANT USAGE ON FOREIGN SERVER other TO {app}", "GRANT on server other"),
    ("GRANT {app} TO {app2}", "GRANT of role {app}"),
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA core GRANT SELECT ON TABLES TO {app}",
        "default privileges in schema core",
    ),
    ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {app}", "default privileges in all schemas"),
    ("DROP OWNED BY {app}", "DROP OWNED BY {app}"),
    # once per database or server
    ("ALTER ROLE {app} CREATEDB", "role {app}"),
    ("ALTER ROLE {app} SET work_mem = '4MB'", "role {app}"),
    ("ALTER ROLE ALL IN DATABASE {db} SET work_mem = '4MB'", "all roles"),
    ("COMMENT ON ROLE {app} IS 'x'", "COMMENT ON role {app}"),
    ("ALTER DATABASE {db} SET work_mem = '4MB'", "database {db}"),
    ("COMMENT ON EXTENSION plpgsql IS 'x'", "COMMENT ON extension plpgsql"),
    ("CREATE PUBLICATION p", "publication p"),
    ("ALTER PUBLICATION changes ADD TABLE {s}.deals", "publication changes"),
    ("CREATE PUBLICATION p_{s} FOR TABLE core.c", "publication of core.c"),
    ("CREATE FOREIGN DATA WRAPPER x", "foreign data wrapper x"),
    ("CREATE SERVER x FOREIGN DATA WRAPPER wrapper", "server x"),
    ("CREATE USER MAPPING FOR {app} SERVER other", "user mapping"),
    ("CREATE EVENT TRIGGER x ON ddl_command_start EXECUTE FUNCTION core.on_ddl()", "event trigger x"),
    ("CREATE SCHEMA IF NOT EXISTS x", "schema x"),
    ("COMMENT ON SCHEMA core IS 'x'", "COMMENT ON schema core"),
    # what cannot be read
    (
        "DO $$ BEGIN EXECUTE 'UPDATE core.' || lower('PLANS') || ' SET x = 2'; END $$",
        "something in core, in a statement that could not be read",
    ),
]
NOT_TOUCHING: list[str] = [
    "CREATE TABLE {s}.t (id int)",
    "CREATE TABLE {s}.t (LIKE core.plans INCLUDING ALL)",
    "CREATE TABLE {s}.t AS SELECT * FROM core.plans",
    "CREATE TABLE {s}.t (m core.mood, d core.positive)",
    "CREATE TEMPORARY TABLE t (id int) ON COMMIT DROP",
    "ALTER TABLE {s}.lines VALIDATE CONSTRAINT plan",
    "ALTER TABLE {s}.deals ADD COLUMN m core.mood",
    "ALTER TABLE {s}.deals OWNER TO {app}",
    "ALTER TABLE {s}.deals ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {s}.deals RENAME CONSTRAINT deals_plan_id_fkey TO plan",
    "DROP TABLE {s}.notes",
    "TRUNCATE {s}.deals",
    "LOCK TABLE {s}.deals",
    "ANALYZE {s}.deals",
    "REINDEX TABLE {s}.notes",
    "CREATE INDEX ON {s}.notes (n)",
    "CREATE TRIGGER x AFTER INSERT ON {s}.notes FOR EACH ROW EXECUTE FUNCTION core.fire()",
    "CREATE POLICY x ON {s}.deals TO {app} USING (true)",
    "CREATE VIEW {s}.v AS SELECT * FROM core.plans",
    "CREATE OR REPLACE VIEW {s}.w AS SELECT 1 AS x",
    "CREATE MATERIALIZED VIEW {s}.mv AS SELECT * FROM core.plans",
    "CREATE OR REPLACE FUNCTION {s}.f() RETURNS int LANGUAGE sql AS 'SELECT core.f()'",
    "CREATE TYPE {s}.x AS ENUM ('a')",
    "ALTER TYPE {s}.e ADD VALUE 'b'",
    "CREATE DOMAIN {s}.d AS core.positive",
    "CREATE CAST ({s}.e AS int) WITH INOUT",
    "ALTER SEQUENCE {s}.q RESTART",
    "CREATE STATISTICS {s}.x ON id, n FROM {s}.deals",
    "COMMENT ON TABLE {s}.deals IS 'x'",
    "COMMENT ON SCHEMA {s} IS 'x'",
    "INSERT INTO {s}.deals VALUES (7, 1)",
    "SELECT * FROM core.plans",
    "SELECT * FROM core.plans FOR SHARE",
    "SELECT nextval('core.numbers')",
    "DO $$ BEGIN PERFORM * FROM core.plans; CREATE TABLE {s}.t (id int); END $$",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE {s}.' || lower('DEALS') || ' ADD COLUMN z int'; END $$",
    # privileges on own objects: a row of pg_shdepend, and no lock on the role
    "GRANT SELECT ON {s}.deals TO {app}",
    "GRANT SELECT ON {s}.deals TO PUBLIC",
    "REVOKE ALL ON {s}.deals FROM {app}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO {app}",
    "GRANT USAGE ON SCHEMA {s} TO {app}",
    "GRANT EXECUTE ON FUNCTION {s}.f() TO {app}",
    "GRANT USAGE ON TYPE {s}.e TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {app} IN SCHEMA {s} GRANT SELECT ON TABLES TO {app2}",
    # the tenant's own, by its name
    "CREATE ROLE {app}_{s}",
    "CREATE PUBLICATION p_{s} FOR TABLE {s}.deals",
]
