"""Each check finds the fault that is planted, that alone, and nothing any more once its statement has run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clinic import Clinic, clinic, said
from servers import Role, Server
from sqlmig.catalog.checks import catalogue
from sqlmig.catalog.doctor import Ward, examine
from sqlmig.plan.doctor import Finding

_PROTECTED = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON {table} USING ({condition});
"""
_SETTING = "(SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)"


def protected(table: str, condition: str = f"tenant_id = {_SETTING}") -> str:
    return _PROTECTED.format(table=table, condition=condition)


@dataclass(frozen=True)
class Fault:
    """What is planted, and what shall be found."""

    check: str
    plant: str
    object: str
    detail: str
    severity: str = "error"
    schemas: tuple[str, ...] = ("tenant_a",)
    fixed: bool = True
    """Whether the finding has a statement that mends it; otherwise a person decides."""
    since: int = 14
    also: tuple[str, ...] = ()
    """Other checks that find the same fault by its other side."""


FAULTS = {
    "rls off": Fault(
        "rls-missing",
        "ALTER TABLE tenant_a.deals DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;\n"
        "DROP POLICY own_rows ON tenant_a.deals;\n",
        "deals",
        "row level security is off",
    ),
    "rls off on a shared table": Fault(
        "rls-missing",
        "ALTER TABLE core.subscriptions DISABLE ROW LEVEL SECURITY;\n",
        "subscriptions",
        "row level security is off",
        schemas=("core",),
    ),
    "rls not forced": Fault(
        "rls-not-forced",
        "ALTER TABLE tenant_a.deals NO FORCE ROW LEVEL SECURITY;\n",
        "deals",
        "row level security is not forced",
    ),
    "no policy": Fault(
        "rls-no-policy",
        "DROP POLICY own_rows ON tenant_a.deals;\n",
        "deals",
        "row level security is on, and there is no policy",
        "warning",
    ),
    "only a restrictive policy": Fault(
        "rls-no-policy",
        "DROP POLICY own_rows ON tenant_a.deals;\n"
        f"CREATE POLICY own_only ON tenant_a.deals AS RESTRICTIVE USING (tenant_id = {_SETTING});\n",
        "deals",
        "row level security is on, and none of the policies allows anything",
        "warning",
    ),
    "only a restrictive policy, of the name that a new one would have": Fault(
        "rls-no-policy",
        "DROP POLICY own_rows ON tenant_a.deals;\n"
        f"CREATE POLICY tenant_isolation ON tenant_a.deals AS RESTRICTIVE USING (tenant_id = {_SETTING});\n",
        "deals",
        "row level security is on, and none of the policies allows anything",
        "warning",
    ),
    "a policy that is true": Fault(
        "policy-always-true",
        "ALTER POLICY own_rows ON tenant_a.deals USING (true OR title = 'x');\n",
        "deals",
        "policy own_rows lets every role pass with every row: USING is always true",
    ),
    "a second policy that is true": Fault(
        "policy-always-true",
        "CREATE POLICY support ON tenant_a.deals FOR SELECT TO APP USING (1 = 1);\n",
        "deals",
        "policy support lets APP pass with every row: USING is always true",
    ),
    "a policy without the tenant": Fault(
        "policy-no-tenant-predicate",
        "ALTER POLICY own_rows ON tenant_a.deals USING (title <> '');\n",
        "deals",
        "policy own_rows does not compare tenant_id with app.current_tenant_id in USING",
    ),
    "a policy by a function that nobody knows": Fault(
        "policy-no-tenant-predicate",
        "CREATE FUNCTION tenant_a.whose() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';\n"
        "ALTER POLICY own_rows ON tenant_a.deals USING (tenant_id = tenant_a.whose());\n",
        "deals",
        "policy own_rows goes by something of which it cannot be told whether it is the current tenant:"
        " USING (tenant_id = tenant_a.whose())",
        "warning",
        fixed=False,
    ),
    "a policy for a role that the application is a member of": Fault(
        "policy-always-true",
        "CREATE POLICY support ON tenant_a.deals FOR SELECT TO OTHER USING (true);\nGRANT OTHER TO APP;\n",
        "deals",
        "policy support lets OTHER and APP pass with every row: USING is always true",
    ),
    "a role that bypasses": Fault(
        "bypassrls-role",
        "ALTER ROLE APP BYPASSRLS;\n",
        "APP",
        "has BYPASSRLS: no policy binds it",
        schemas=("",),
    ),
    "a role that owns a table": Fault(
        "app-role-owns-tables",
        "ALTER TABLE tenant_a.deals OWNER TO APP;\n",
        "deals",
        "belongs to APP",
        fixed=False,
        also=("owner-differs",),
    ),
    "a table without the tenant": Fault(
        "tenant-column-missing",
        "CREATE TABLE tenant_a.notes (id int PRIMARY KEY);\n" + protected("tenant_a.notes", "id < 0"),
        "notes",
        "has no column tenant_id",
        fixed=False,
        also=("policy-no-tenant-predicate",),
    ),
    "a tenant that may be NULL": Fault(
        "tenant-column-nullable",
        "CREATE TABLE tenant_a.notes (id int PRIMARY KEY, tenant_id uuid);\n" + protected("tenant_a.notes"),
        "notes",
        "tenant_id may be NULL",
    ),
    "a key across tenants": Fault(
        "pk-unique-without-tenant",
        "CREATE TABLE core.notes (code text PRIMARY KEY, tenant_id uuid NOT NULL);\n" + protected("core.notes"),
        "notes",
        "notes_pkey: PRIMARY KEY (code) counts across all tenants",
        schemas=("core",),
        fixed=False,
    ),
    "a unique index across tenants": Fault(
        "pk-unique-without-tenant",
        "CREATE UNIQUE INDEX tier_idx ON core.subscriptions (lower(tier));\n",
        "subscriptions",
        "tier_idx: UNIQUE USING btree (lower(tier)) counts across all tenants",
        schemas=("core",),
        fixed=False,
    ),
    "a unique index that only carries the tenant along": Fault(
        "pk-unique-without-tenant",
        "CREATE UNIQUE INDEX tier_idx ON core.subscriptions (tier) INCLUDE (tenant_id);\n",
        "subscriptions",
        "tier_idx: UNIQUE USING btree (tier) INCLUDE (tenant_id) counts across all tenants",
        schemas=("core",),
        fixed=False,
    ),
    "a UUID that the application draws": Fault(
        "pk-unique-without-tenant",
        "CREATE TABLE core.notes (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);\n" + protected("core.notes"),
        "notes",
        "notes_pkey: PRIMARY KEY (id) counts across all tenants",
        "warning",
        schemas=("core",),
        fixed=False,
    ),
    "numbers across tenants": Fault(
        "pk-unique-without-tenant",
        "CREATE TABLE core.notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id uuid NOT NULL);\n"
        + protected("core.notes"),
        "notes",
        "notes_pkey: PRIMARY KEY (id) counts across all tenants",
        "warning",
        schemas=("core",),
        fixed=False,
    ),
    "a reference across tenants": Fault(
        "fk-without-tenant",
        "CREATE TABLE core.notes (tenant_id uuid, id uuid, subscription_id uuid, PRIMARY KEY (tenant_id, id));\n"
        + protected("core.notes")
        + "ALTER TABLE core.notes ADD CONSTRAINT about FOREIGN KEY (subscription_id) REFERENCES core.subscriptions;\n"
        "CREATE INDEX ON core.notes (subscription_id);\n",
        "notes",
        "about: FOREIGN KEY (subscription_id) REFERENCES subscriptions(id) does not compare tenant_id",
        schemas=("core",),
        fixed=False,
    ),
    "a reference from a tenant's own table to a row of another tenant": Fault(
        "fk-without-tenant",
        "ALTER TABLE tenant_a.deals ADD COLUMN sold uuid CONSTRAINT sold REFERENCES core.subscriptions;\n"
        "CREATE INDEX ON tenant_a.deals (sold);\n",
        "deals",
        "sold: FOREIGN KEY (sold) REFERENCES core.subscriptions(id) does not compare tenant_id",
        fixed=False,
        also=("fk-to-shared-table",),
    ),
    "an index across tenants": Fault(
        "index-tenant-not-leading",
        "CREATE INDEX tier_idx ON core.subscriptions (tier, tenant_id);\n",
        "subscriptions",
        "tier_idx: USING btree (tier, tenant_id) does not begin with tenant_id",
        "warning",
        schemas=("core",),
        fixed=False,
    ),
    "a view of its owner": Fault(
        "view-security-invoker",
        "CREATE VIEW tenant_a.names AS SELECT title FROM tenant_a.deals;\n",
        "names",
        "reads deals as its owner, MIGRATOR, whom no policy binds",
        since=15,
    ),
    "a view of its owner over a view": Fault(
        "view-security-invoker",
        "CREATE VIEW tenant_a.inner_names WITH (security_invoker = true) AS SELECT title FROM tenant_a.deals;\n"
        "CREATE VIEW tenant_a.names WITH (security_invoker = off) AS SELECT title FROM tenant_a.inner_names;\n",
        "names",
        "reads deals as its owner, MIGRATOR, whom no policy binds",
        since=15,
    ),
    "a view of its owner that compares the tenant": Fault(
        "view-security-invoker",
        f"CREATE VIEW core.own AS SELECT tier FROM core.subscriptions WHERE tenant_id = {_SETTING};\n",
        "own",
        "reads subscriptions as its owner, MIGRATOR, whom no policy binds",
        "warning",
        schemas=("core",),
        since=15,
    ),
    "a materialized view of all tenants": Fault(
        "matview-readable",
        "CREATE MATERIALIZED VIEW core.tiers AS SELECT tenant_id, tier FROM core.subscriptions;\n"
        "GRANT SELECT ON core.tiers TO APP;\n",
        "tiers",
        "APP may read it, and no policy of subscriptions counts there",
        schemas=("core",),
        fixed=False,
    ),
    "a materialized view of one tenant, through a view": Fault(
        "matview-readable",
        "CREATE VIEW tenant_a.inner_names WITH (security_invoker = true) AS SELECT title FROM tenant_a.deals;\n"
        "CREATE MATERIALIZED VIEW tenant_a.names AS SELECT title FROM tenant_a.inner_names;\n",
        "names",
        "APP may read it, and no policy of deals counts there",
        "warning",
        fixed=False,
        since=15,
    ),
    "a function of its owner": Fault(
        "secdef-no-search-path",
        "ALTER FUNCTION tenant_a.count_deals() RESET ALL;\n",
        "count_deals()",
        "is SECURITY DEFINER and does not set search_path",
    ),
    "a function for everybody": Fault(
        "secdef-public-execute",
        "CREATE FUNCTION tenant_a.me() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_temp"
        " AS $$ SELECT current_setting('app.current_tenant_id') $$;\n",
        "me()",
        "is SECURITY DEFINER, and PUBLIC may execute it",
        "warning",
    ),
    "a function of a superuser that the application can call": Fault(
        "secdef-bypasses-rls",
        "GRANT EXECUTE ON FUNCTION tenant_a.count_deals() TO APP;\n",
        "count_deals()",
        "APP can call it, and it runs as MIGRATOR, whom no policy binds",
        "warning",
        fixed=False,
    ),
    "a function of a superuser that is seen to read rows": Fault(
        "secdef-bypasses-rls",
        "CREATE VIEW tenant_a.names WITH (security_invoker = true) AS SELECT title FROM tenant_a.deals;\n"
        "CREATE FUNCTION tenant_a.all_names() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER"
        " SET search_path = pg_temp BEGIN ATOMIC SELECT title FROM tenant_a.names; END;\n"
        "REVOKE ALL ON FUNCTION tenant_a.all_names() FROM PUBLIC;\n"
        "GRANT EXECUTE ON FUNCTION tenant_a.all_names() TO APP;\n",
        "all_names()",
        "APP can call it, and it reads deals as MIGRATOR, whom no policy binds",
        fixed=False,
        since=15,
    ),
    "a procedure that bypasses by what it calls, for everybody": Fault(
        "secdef-bypasses-rls",
        "CREATE PROCEDURE core.tidy() LANGUAGE sql SECURITY DEFINER SET search_path = pg_temp"
        " BEGIN ATOMIC SELECT tenant_a.count_deals(); END;\n"
        "ALTER ROLE OTHER BYPASSRLS;\nALTER PROCEDURE core.tidy() OWNER TO OTHER;\n",
        "tidy()",
        "every role can call it, and it runs as OTHER, whom no policy binds",
        "warning",
        schemas=("core",),
        fixed=False,
        also=("secdef-public-execute", "cross-tenant-dependency", "owner-differs"),
    ),
    "a table for everybody": Fault(
        "grant-to-public",
        "GRANT SELECT, UPDATE ON tenant_a.deals TO PUBLIC;\n",
        "deals",
        "PUBLIC has SELECT, UPDATE",
    ),
    "a column for everybody": Fault(
        "grant-to-public",
        "GRANT SELECT (title) ON tenant_a.deals TO PUBLIC;\n",
        "deals",
        "PUBLIC has SELECT (title)",
    ),
    "a schema for everybody": Fault(
        "grant-to-public",
        "GRANT USAGE ON SCHEMA tenant_a TO PUBLIC;\n",
        "the schema",
        "PUBLIC has USAGE",
        "warning",
    ),
    "new tables for everybody": Fault(
        "grant-to-public",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_a GRANT SELECT ON TABLES TO PUBLIC;\n",
        "default privileges",
        "PUBLIC gets SELECT on each new table",
        "warning",
    ),
    "new tables for everybody, in every schema": Fault(
        "grant-to-public",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;\n",
        "default privileges",
        "PUBLIC gets SELECT on each new table of MIGRATOR, in every schema",
        "warning",
        schemas=("",),
    ),
    "new tables that can only be read": Fault(
        "default-privileges-missing",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_a REVOKE INSERT ON TABLES FROM APP;\n",
        "default privileges",
        "APP has only SELECT on new tables that MIGRATOR creates; other tenants' schemas give it INSERT, SELECT",
        "warning",
    ),
    "new tables for nobody": Fault(
        "default-privileges-missing",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_a REVOKE ALL ON TABLES FROM APP;\n",
        "default privileges",
        "APP has none on new tables that MIGRATOR creates; other tenants' schemas give it INSERT, SELECT",
        "warning",
    ),
    "a view of another tenant": Fault(
        "cross-tenant-dependency",
        "CREATE VIEW tenant_a.theirs WITH (security_invoker = true) AS SELECT title FROM tenant_b.deals;\n",
        "view theirs",
        "depends on table tenant_b.deals",
        fixed=False,
        since=15,
    ),
    "a text search configuration of another tenant": Fault(
        "cross-tenant-dependency",
        "CREATE TEXT SEARCH CONFIGURATION tenant_b.words (COPY = pg_catalog.english);\n"
        "CREATE INDEX words ON tenant_a.deals USING gin (to_tsvector('tenant_b.words', title));\n",
        "index words",
        "depends on text search configuration tenant_b.words",
        fixed=False,
    ),
    "an operator that calls a function of another tenant": Fault(
        "cross-tenant-dependency",
        "CREATE FUNCTION tenant_b.plus(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';\n"
        "CREATE OPERATOR tenant_a.### (FUNCTION = tenant_b.plus, LEFTARG = integer, RIGHTARG = integer);\n",
        "operator ###(integer,integer)",
        "depends on function tenant_b.plus(integer,integer)",
        fixed=False,
    ),
    "a text search dictionary of another tenant": Fault(
        "cross-tenant-dependency",
        "CREATE TEXT SEARCH DICTIONARY tenant_b.stems (TEMPLATE = pg_catalog.simple);\n"
        "CREATE TEXT SEARCH CONFIGURATION tenant_a.words (PARSER = pg_catalog.default);\n"
        "ALTER TEXT SEARCH CONFIGURATION tenant_a.words ADD mapping FOR word WITH tenant_b.stems;\n",
        "text search configuration words",
        "depends on text search dictionary tenant_b.stems",
        fixed=False,
    ),
    "a shared view of one tenant": Fault(
        "cross-tenant-dependency",
        "CREATE VIEW core.theirs WITH (security_invoker = true) AS SELECT title FROM tenant_a.deals;\n",
        "view theirs",
        "depends on table tenant_a.deals",
        "warning",
        schemas=("core",),
        fixed=False,
        since=15,
    ),
    "a reference to another tenant": Fault(
        "cross-tenant-dependency",
        "ALTER TABLE tenant_a.users ADD CONSTRAINT theirs FOREIGN KEY (tenant_id, id) REFERENCES tenant_b.users;\n",
        "constraint theirs on table users",
        "depends on table tenant_b.users",
        fixed=False,
    ),
    "a default from another tenant": Fault(
        "cross-tenant-dependency",
        "ALTER TABLE tenant_a.deals ALTER COLUMN title SET DEFAULT tenant_b.count_deals()::text;\n",
        "default value for column title of table deals",
        "depends on function tenant_b.count_deals()",
        fixed=False,
    ),
    "a partition of another tenant": Fault(
        "cross-tenant-dependency",
        "CREATE TABLE tenant_a.notes (LIKE tenant_b.users INCLUDING ALL) INHERITS (tenant_b.users);\n"
        + protected("tenant_a.notes"),
        "table notes",
        "depends on table tenant_b.users",
        fixed=False,
    ),
    "a reference to a shared table": Fault(
        "fk-to-shared-table",
        "ALTER TABLE tenant_a.deals ADD CONSTRAINT whose FOREIGN KEY (tenant_id) REFERENCES core.tenants;\n",
        "deals",
        "whose refers to core.tenants: a DELETE there locks the table of each such key, 1 in all; there is room for"
        " ROOM locks",
        "warning",
        fixed=False,
    ),
    "an invalid index": Fault(
        "invalid-index",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tenant_a.deals_title_idx'::regclass;\n",
        "deals",
        "index deals_title_idx is INVALID",
    ),
    "an index that REINDEX left": Fault(
        "invalid-index",
        "CREATE INDEX deals_title_idx_ccnew1 ON tenant_a.deals (tenant_id, upper(title));\n"
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tenant_a.deals_title_idx_ccnew1'::regclass;\n",
        "deals",
        "index deals_title_idx_ccnew1 is INVALID",
    ),
    "a constraint that is not valid": Fault(
        "constraint-not-valid",
        "ALTER TABLE tenant_a.deals ADD CONSTRAINT titled CHECK (title <> '') NOT VALID;\n",
        "deals",
        "titled is NOT VALID",
        "warning",
    ),
    "numbers that run out": Fault(
        "sequence-near-end",
        "SELECT setval('tenant_a.users_number_seq', 2000000000);\n",
        "users.number",
        "90 % or more of the numbers up to 2147483647 are used (sequence users_number_seq)",
        fixed=False,
    ),
    "a sequence that is narrower than its column": Fault(
        "sequence-near-end",
        "ALTER SEQUENCE tenant_a.deals_number_seq MAXVALUE 1000;\nSELECT setval('tenant_a.deals_number_seq', 800);\n",
        "deals.number",
        "75 % or more of the numbers up to 1000 are used (sequence deals_number_seq)",
        "warning",
    ),
    "a sequence that a narrower column has as its default": Fault(
        "sequence-near-end",
        "CREATE SEQUENCE tenant_a.counter;\nCREATE DOMAIN tenant_a.counted AS integer;\n"
        "CREATE TABLE tenant_a.notes (tenant_id uuid NOT NULL, id tenant_a.counted PRIMARY KEY"
        " DEFAULT nextval('tenant_a.counter'));\n"
        + protected("tenant_a.notes")
        + "SELECT setval('tenant_a.counter', 2000000000);\n",
        "notes.id",
        "90 % or more of the numbers up to 2147483647 are used (sequence counter)",
        fixed=False,
    ),
    "numbers that run out downwards": Fault(
        "sequence-near-end",
        "ALTER SEQUENCE tenant_a.users_number_seq INCREMENT -1 MINVALUE -2147483648 MAXVALUE -1 START -1 RESTART;\n"
        "SELECT setval('tenant_a.users_number_seq', -1700000000);\n",
        "users.number",
        "75 % or more of the numbers up to -2147483648 are used (sequence users_number_seq)",
        "warning",
        fixed=False,
    ),
    "an index twice": Fault(
        "duplicate-index",
        "CREATE INDEX again ON tenant_a.deals (tenant_id, lower(title));\n",
        "deals",
        "index again is of no use beside deals_title_idx, which has the same columns",
        "warning",
    ),
    "a constraint twice": Fault(
        "duplicate-index",
        "ALTER TABLE tenant_a.users ADD CONSTRAINT again UNIQUE (tenant_id, id);\n",
        "users",
        "index again is of no use beside users_pkey, which has the same columns",
        "warning",
    ),
    "an index that another one begins with": Fault(
        "duplicate-index",
        "CREATE INDEX again ON tenant_a.users (tenant_id);\n",
        "users",
        "index again is of no use beside users_pkey, which begins with the same columns",
        "warning",
    ),
    "an index beside two that make up for it": Fault(
        "duplicate-index",
        "CREATE INDEX mails ON tenant_a.users (tenant_id, email, number);\n"
        "CREATE INDEX names ON tenant_a.users (tenant_id, email, id);\n"
        "CREATE INDEX again ON tenant_a.users (tenant_id, email);\n",
        "users",
        "index again is of no use beside mails, which begins with the same columns",
        "warning",
    ),
    "an index that carries the same along in another order": Fault(
        "duplicate-index",
        "CREATE INDEX mails ON tenant_a.users (tenant_id, email) INCLUDE (number, id);\n"
        "CREATE INDEX again ON tenant_a.users (tenant_id, email) INCLUDE (id, number);\n",
        "users",
        "index again is of no use beside mails, which has the same columns",
        "warning",
    ),
    "a reference whose index only carries it along": Fault(
        "fk-without-index",
        "DROP INDEX tenant_a.deals_owner_idx;\n"
        "CREATE UNIQUE INDEX ON tenant_a.deals (tenant_id, title) INCLUDE (owner_id);\n",
        "deals",
        "no index begins with the columns of deals_owner_fkey (tenant_id, owner_id)",
        "warning",
    ),
    "a reference without an index, whose name is taken": Fault(
        "fk-without-index",
        "DROP INDEX tenant_a.deals_owner_idx;\nCREATE INDEX deals_tenant_id_owner_id_idx ON tenant_a.deals (title);\n",
        "deals",
        "no index begins with the columns of deals_owner_fkey (tenant_id, owner_id)",
        "warning",
    ),
    "a reference without an index": Fault(
        "fk-without-index",
        "DROP INDEX tenant_a.deals_owner_idx;\n",
        "deals",
        "no index begins with the columns of deals_owner_fkey (tenant_id, owner_id)",
        "warning",
    ),
    "a table without a key": Fault(
        "no-primary-key",
        "CREATE TABLE tenant_a.notes (tenant_id uuid NOT NULL);\n" + protected("tenant_a.notes"),
        "notes",
        "has no primary key",
        "warning",
        fixed=False,
    ),
    "another owner": Fault(
        "owner-differs",
        "ALTER VIEW tenant_a.total OWNER TO OTHER;\n",
        "total",
        "belongs to OTHER, most other objects to MIGRATOR",
        "warning",
    ),
    "a type of another owner": Fault(
        "owner-differs",
        "CREATE TYPE tenant_a.mood AS ENUM ('good');\nALTER TYPE tenant_a.mood OWNER TO OTHER;\n",
        "mood",
        "belongs to OTHER, most other objects to MIGRATOR",
        "warning",
    ),
    "an aggregate of another owner": Fault(
        "owner-differs",
        "CREATE AGGREGATE tenant_a.total(integer) (SFUNC = int4pl, STYPE = integer);\n"
        "ALTER AGGREGATE tenant_a.total(integer) OWNER TO OTHER;\n",
        "total(integer)",
        "belongs to OTHER, most other objects to MIGRATOR",
        "warning",
    ),
    "a function of another owner": Fault(
        "owner-differs",
        "ALTER FUNCTION tenant_a.count_deals() OWNER TO OTHER;\n",
        "count_deals()",
        "belongs to OTHER, most other objects to MIGRATOR",
        "warning",
    ),
}

BY_THEMSELVES = {
    "app-role-missing": "needs another configuration",
    "unused-index": "needs statistics that are old enough",
    "catalog-bloat": "needs many dead rows",
    "extension-outdated": "needs files of two versions",
}


@pytest.fixture
def ward(
    tmp_path: Path,
    database_url: str,
    connect: Callable[..., psycopg.Connection[Any]],
    role: Callable[..., Role],
    server: Server,
) -> Clinic:
    if not server.superuser:
        pytest.skip("faults are planted by a superuser")
    return clinic(tmp_path, database_url, connect, role().name)


def test_a_sound_project_has_no_finding(ward: Clinic) -> None:
    found = ward.doctor()
    assert said(found.findings) == []
    assert found.unseen == ()
    assert found.tenants == ("tenant_a", "tenant_b", "tenant_c")
    assert found.shared == ("core",)
    assert [check.id for check in found.checks] == [check.id for check in catalogue()]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_alone_and_gone_once_it_is_mended(
    ward: Clinic, name: str, role: Callable[..., Role], server: Server
) -> None:
    fault = FAULTS[name]
    if server.version < fault.since:
        pytest.skip(f"needs PostgreSQL {fault.since}")
    other = role().name if "OTHER" in fault.plant else ""
    if fault.object == "total":
        ward.sql("CREATE VIEW tenant_a.total AS SELECT 1 AS one")
    [[owner, room]] = ward.connection.execute(
        "SELECT current_user, (current_setting('max_locks_per_transaction')::int * (current_setting('max_connections')"
        "::int + current_setting('max_prepared_transactions')::int))::text"
    ).fetchall()
    words = {"APP": ward.app, "OTHER": other, "MIGRATOR": owner, "ROOM": room}

    def filled(text: str) -> str:
        for word, value in words.items():
            text = text.replace(word, value) if value else text
        return text

    ward.sql(filled(fault.plant))
    found = ward.doctor()
    mine = [one for one in found.findings if one.check not in fault.also]
    assert said(tuple(mine)) == [
        (fault.check, fault.severity, filled(fault.object), filled(fault.detail), fault.schemas)
    ]
    assert {one.check for one in found.findings} == {fault.check, *fault.also}
    assert found.unseen == ()
    [finding] = mine
    assert all((fix is not None) == fault.fixed for fix in finding.fixes.values())
    if fault.fixed:
        for fix in finding.fixes.values():
            ward.sql(fix or "")
            if "CREATE POLICY" not in (fix or ""):
                ward.sql(fix or "")  # again: it does no harm
        assert said(ward.doctor().findings) == []


SOUND = {
    "an index that logical replication goes by": (
        "CREATE UNIQUE INDEX again ON tenant_a.users (tenant_id, id);\n"
        "ALTER TABLE tenant_a.users REPLICA IDENTITY USING INDEX again;\n"
    ),
    "default privileges of a group": (
        "GRANT OTHER TO APP;\n"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_a REVOKE ALL ON TABLES FROM APP;\n"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_a GRANT SELECT, INSERT ON TABLES TO OTHER;\n"
    ),
    "a policy for a role of others": "CREATE POLICY support ON tenant_a.deals FOR SELECT TO OTHER USING (true);\n",
    "what belongs to an extension": (
        "CREATE TABLE tenant_a.spatial_ref_sys (srid integer, auth text);\n"
        "CREATE TABLE core.spatial_ref_sys (srid integer, tenant_id uuid UNIQUE);\n"
        "GRANT SELECT ON core.spatial_ref_sys TO PUBLIC;\n"
        "ALTER EXTENSION plpgsql ADD TABLE tenant_a.spatial_ref_sys;\n"
        "ALTER EXTENSION plpgsql ADD TABLE core.spatial_ref_sys;\n"
    ),
    "a materialized view that the application cannot read": (
        "CREATE MATERIALIZED VIEW core.tiers AS SELECT tenant_id, tier FROM core.subscriptions;\n"
    ),
    "functions that the application calls and that compare the tenant": (
        "CREATE FUNCTION core.me() RETURNS uuid LANGUAGE sql STABLE AS"
        " $$ SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid $$;\n"
        "ALTER POLICY own_rows ON tenant_a.deals USING (tenant_id = (SELECT core.me()));\n"
        "CREATE FUNCTION tenant_a.mine() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_temp"
        " AS 'SELECT count(*) FROM tenant_a.deals WHERE tenant_id = core.me()';\n"
        "CREATE FUNCTION tenant_a.own() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_temp"
        " BEGIN ATOMIC SELECT count(*) FROM tenant_a.deals"
        " WHERE tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid; END;\n"
        "CREATE FUNCTION tenant_a.count_tenants() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " SET search_path = pg_temp BEGIN ATOMIC SELECT count(*) FROM core.tenants; END;\n"
        "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenant_a FROM PUBLIC;\n"
        "GRANT EXECUTE ON FUNCTION tenant_a.mine(), tenant_a.own(), tenant_a.count_tenants() TO APP;\n"
    ),
    "a trigger's function of a superuser": (
        "CREATE FUNCTION tenant_a.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_temp"
        " AS 'BEGIN RETURN NEW; END';\n"
    ),
    "a sequence that begins again": (
        "ALTER SEQUENCE tenant_a.users_number_seq CYCLE;\nSELECT setval('tenant_a.users_number_seq', 2000000000);\n"
    ),
}
"""What looks like a fault and is none."""


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_no_finding(ward: Clinic, name: str, role: Callable[..., Role]) -> None:
    ward.sql(SOUND[name].replace("OTHER", role().name))
    found = ward.doctor()
    assert said(found.findings) == []
    assert found.unseen == ()


def test_the_path_that_a_function_is_given_is_that_of_its_schema(ward: Clinic) -> None:
    ward.sql(
        'CREATE PROCEDURE tenant_a."Odd Proc"(INOUT a integer, VARIADIC b text[]) LANGUAGE sql SECURITY DEFINER'
        " AS 'SELECT 1';\nREVOKE ALL ON PROCEDURE tenant_a.\"Odd Proc\" FROM PUBLIC"
    )
    file = ward.folder / "sqlmig.yaml"
    file.write_text(file.read_text() + "search_path: [core]\n")
    [finding] = ward.doctor().findings
    ward.sql(finding.fixes["tenant_a"] or "")
    [[settings]] = ward.connection.execute("SELECT proconfig FROM pg_proc WHERE proname = 'Odd Proc'").fetchall()
    assert settings == ["search_path=tenant_a, core, pg_temp"]


def test_every_check_has_a_test() -> None:
    assert {check.id for check in catalogue()} == {fault.check for fault in FAULTS.values()} | set(BY_THEMSELVES)


def test_a_role_that_the_server_does_not_have_is_told(ward: Clinic) -> None:
    file = ward.folder / "sqlmig.yaml"
    file.write_text(file.read_text().replace(f"app_roles: [{ward.app}]", f"app_roles: [{ward.app}, ghost]"))
    assert said(ward.doctor().findings) == [
        ("app-role-missing", "warning", "ghost", "lint.app_roles names it, and the server has no such role", ("",))
    ]


def test_a_member_of_a_role_that_bypasses_is_not_bound_either(ward: Clinic, role: Callable[..., Role]) -> None:
    other = role("BYPASSRLS").name
    ward.sql(f"GRANT {other} TO APP")
    [finding] = ward.doctor().findings
    assert (finding.check, finding.object, finding.detail) == (
        "bypassrls-role",
        ward.app,
        f"may become {other}, which has BYPASSRLS",
    )
    ward.sql(finding.fixes[""] or "")
    assert ward.doctor().findings == ()


def test_a_member_of_the_owner_owns_as_well(ward: Clinic, role: Callable[..., Role]) -> None:
    other = role().name
    ward.sql(f"GRANT {other} TO APP;\nALTER TABLE tenant_b.deals OWNER TO {other}")
    found = {one.check: one for one in ward.doctor().findings}
    assert set(found) == {"app-role-owns-tables", "owner-differs"}
    assert found["app-role-owns-tables"].detail == f"belongs to {other}, and {ward.app} is a member of that role"


def test_a_view_of_an_owner_whom_policies_bind_is_a_warning_where_they_are_forced(
    ward: Clinic, role: Callable[..., Role]
) -> None:
    ward.sql("CREATE VIEW tenant_a.names AS SELECT title FROM tenant_a.deals")
    ward.sql(f"ALTER VIEW tenant_a.names OWNER TO {role().name}")

    def found() -> list[tuple[str, str]]:
        return [(one.severity.value, one.detail[:24]) for one in ward.doctor(checks=["view-security-invoker"]).findings]

    assert found() == [("warning", "reads deals as its owner")]
    ward.sql("ALTER TABLE tenant_a.deals NO FORCE ROW LEVEL SECURITY")
    # Before PostgreSQL 15 a view cannot be told whom to read as.
    assert found() == [
        ("error" if ward.connection.info.server_version >= 150000 else "warning", "reads deals as its owner")
    ]


def test_an_index_that_no_tenant_reads_is_a_note_once_statistics_are_old_enough(ward: Clinic) -> None:
    def unused(days: int) -> list[tuple[str, str, tuple[str, ...]]]:
        project = ward.project()
        schemas = ("tenant_a", "tenant_b", "tenant_c")
        checks = [check for check in catalogue() if check.id == "unused-index"]
        with project.session() as session:
            found = examine(session, project.config, Ward(schemas, schemas, ("core",)), checks, statistics_days=days)
        return [(one.severity.value, one.detail.partition(" since")[0], one.schemas) for one in found.findings]

    # That of the foreign key is needed, whoever reads it.
    assert unused(0) == [
        ("note", "index deals_title_idx was not read", ("tenant_a", "tenant_b", "tenant_c")),
    ]
    assert unused(1) == []
    # What one tenant reads is of use. A session tells its statistics when it ends, at the latest.
    with psycopg.connect(ward.database_url, autocommit=True) as other:
        other.execute("SET enable_seqscan = off")
        other.execute("SELECT FROM tenant_b.deals WHERE tenant_id = gen_random_uuid() AND lower(title) = 'x'")
    deadline = time.monotonic() + 20
    while unused(0):
        assert time.monotonic() < deadline


def test_dead_rows_in_a_catalog_are_told(ward: Clinic) -> None:
    columns = ", ".join(f"c{number} int" for number in range(400))
    with psycopg.connect(ward.database_url, autocommit=True) as other:
        for _ in range(30):
            other.execute(f"BEGIN; CREATE TABLE wide ({columns}); ROLLBACK".encode())
    # Before PostgreSQL 15 statistics arrive when they do.
    deadline = time.monotonic() + 20
    found: dict[str, Finding] = {}
    while "pg_catalog.pg_attribute" not in found:
        assert time.monotonic() < deadline
        found = {one.object: one for one in ward.doctor(checks=["catalog-bloat"]).findings}
    finding = found["pg_catalog.pg_attribute"]
    assert finding.severity.value == "note"
    assert "dead rows beside" in finding.detail
    ward.sql(finding.fixes[""] or "")
    while "pg_catalog.pg_attribute" in {one.object for one in ward.doctor(checks=["catalog-bloat"]).findings}:
        assert time.monotonic() < deadline


def test_an_extension_behind_its_files_is_a_note(ward: Clinic) -> None:
    [[version]] = ward.connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'plpgsql'").fetchall()
    ward.sql("UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'")
    [finding] = ward.doctor().findings
    assert said((finding,)) == [
        ("extension-outdated", "note", "extension plpgsql", f"0.9 is installed, {version} is there", ("",))
    ]
    assert finding.fixes[""] == "ALTER EXTENSION plpgsql UPDATE;"
    ward.sql(f"UPDATE pg_extension SET extversion = '{version}' WHERE extname = 'plpgsql'")
    assert ward.doctor().findings == ()
