"""Schemas, extensions, roles, databases; privileges."""

from __future__ import annotations

import pytest

from sqlmig.sql.definitions import Option, Setting
from sqlmig.sql.operations.access import (
    AlterDatabaseSetting,
    AlterRoleSetting,
    CreateExtension,
    CreateRole,
    CreateSchema,
    Grant,
    GrantRole,
    Privilege,
)
from sqlmig.sql.operations.base import Kind, Unknown
from sqlmig.sql.operations.objects import AlterObject
from sqlmig.sql.reader import Name

# --- schemas ---


def test_what_a_schema_is_made_with_is_made_inside_of_it(read):
    found = read(
        "CREATE SCHEMA s CREATE TABLE t (a int) CREATE UNIQUE INDEX i ON t (a) CREATE VIEW v AS TABLE u"
        " CREATE TEMP SEQUENCE q CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()"
        " GRANT SELECT, INSERT ON t TO r WITH GRANT OPTION"
    )
    schema, table, index, view, sequence, trigger, grant = found
    assert schema == CreateSchema(schema="s")
    assert (table.table, index.table, trigger.table) == (Name("s", "t"),) * 3
    assert (view.view, view.query.text, sequence.sequence) == (
        Name("s", "v"),
        "TABLE u",
        Name("s", "q"),
    )
    assert (grant.objects, grant.grant_option) == ((Name(None, "t"),), True)


def test_a_schema_without_a_name_has_its_owner_s(read):
    assert read("CREATE SCHEMA AUTHORIZATION r") == (CreateSchema(schema="r", authorization="r"),)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE SCHEMA s",
        "CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION current_user",
        "CREATE SCHEMA AUTHORIZATION r CREATE VIEW v AS SELECT a AS create, b.grant FROM b CREATE TABLE t ()",
        "CREATE SCHEMA s GRANT CREATE ON SCHEMA s TO a, b GRANT SELECT, CREATE ON t TO c",
        "DROP SCHEMA IF EXISTS a, b CASCADE",
        *("ALTER SCHEMA s RENAME TO t", "ALTER SCHEMA s OWNER TO current_role"),
    ],
)
def test_a_schema_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE SCHEMA",
            "CREATE SCHEMA a.b",
            "CREATE SCHEMA AUTHORIZATION",
            "CREATE SCHEMA s SELECT 1",
            "DROP SCHEMA a.b",
        ),
        *("CREATE SCHEMA s CREATE FUNCTION f() RETURNS int AS 'x'", "CREATE SCHEMA s CREATE TABLE t AS SELECT 1"),
        *("CREATE SCHEMA IF NOT EXISTS s CREATE TABLE t ()", "CREATE SCHEMA s GRANT a TO b", "CREATE SCHEMA s CREATE"),
        *("CREATE SCHEMA s CREATE MATERIALIZED VIEW v AS SELECT 1", "ALTER SCHEMA s SET SCHEMA t"),
    ],
)
def test_what_is_no_schema_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- extensions, databases, the server ---

D = Name(None, "d")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "CREATE EXTENSION IF NOT EXISTS e WITH SCHEMA s VERSION '1' CASCADE",
            CreateExtension(extension="e", schema="s", if_not_exists=True, cascade=True),
        ),
        ("CREATE LANGUAGE plperl", CreateExtension(extension="plperl")),
        ("ALTER EXTENSION d UPDATE TO '2'", AlterObject(kind=Kind.EXTENSION, name=D, action="update")),
        (
            "ALTER EXTENSION d ADD OPERATOR CLASS s.c USING gin",
            AlterObject(kind=Kind.EXTENSION, name=D, action="add operator class"),
        ),
        ("ALTER EXTENSION d DROP CAST (int AS text)", AlterObject(kind=Kind.EXTENSION, name=D, action="drop cast")),
        ("ALTER DATABASE d SET TABLESPACE x", AlterObject(kind=Kind.DATABASE, name=D, action="set tablespace")),
        (
            "ALTER DATABASE d REFRESH COLLATION VERSION",
            AlterObject(kind=Kind.DATABASE, name=D, action="refresh collation version"),
        ),
        (
            "ALTER DATABASE d WITH CONNECTION LIMIT 5",
            AlterObject(kind=Kind.DATABASE, name=D, action="connection limit"),
        ),
        (
            "ALTER DATABASE d SET a.b = 1, x",
            AlterDatabaseSetting(database="d", setting=Setting(name="a.b", values=("1", "x"))),
        ),
        ("ALTER DATABASE d RESET ALL", AlterDatabaseSetting(database="d", setting=Setting(name="all", values=None))),
    ],
)
def test_what_is_done_with_extensions_and_databases(read, read_as_postgresql_does, sql, expected):
    assert read(sql) == (expected,)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("CREATE DATABASE d OWNER = r ENCODING 'utf8' TEMPLATE template0 CONNECTION LIMIT -1 IS_TEMPLATE true",),
        *(
            "CREATE DATABASE d WITH LOCALE DEFAULT",
            "DROP DATABASE IF EXISTS d WITH (FORCE)",
            "DROP DATABASE d (FORCE, FORCE)",
        ),
        *("ALTER DATABASE d RENAME TO e", "ALTER DATABASE d OWNER TO r", "ALTER DATABASE d SET tablespace = x"),
        *("ALTER SYSTEM SET a.b TO DEFAULT", "ALTER SYSTEM SET a = on, 'b', -1.5", "ALTER SYSTEM RESET ALL"),
        *("ALTER EXTENSION e SET SCHEMA s", "ALTER EXTENSION e ADD FUNCTION f(int)", "DROP EXTENSION a, b CASCADE"),
        "IMPORT FOREIGN SCHEMA a LIMIT TO (b, ONLY c) FROM SERVER s INTO t OPTIONS (x 'y')",
        "IMPORT FOREIGN SCHEMA a EXCEPT (b) FROM SERVER s INTO t",
    ],
)
def test_a_database_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE EXTENSION e FROM '1'",
            "CREATE EXTENSION a.b",
            "ALTER EXTENSION e",
            "ALTER EXTENSION e ADD TRIGGER x ON t",
        ),
        *(
            "ALTER EXTENSION e OWNER TO r",
            "ALTER DATABASE d SET",
            "ALTER DATABASE d EXISTS 1",
            "CREATE DATABASE d IF",
        ),
        *("ALTER SYSTEM SET a FROM CURRENT", "ALTER SYSTEM a = 1", "DROP DATABASE a, b", "DROP DATABASE d CASCADE"),
        *("ALTER SYSTEM SET TIME ZONE 'x'", "IMPORT FOREIGN SCHEMA a FROM SERVER s", "DROP DATABASE d WITH ()"),
    ],
)
def test_what_is_no_extension_and_no_database_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- roles ---


def test_a_role_s_options_are_words_and_keep_no_password(read):
    assert read(
        "CREATE USER r WITH ENCRYPTED PASSWORD 'x' VALID UNTIL 'y' BYPASSRLS NOLOGIN IN ROLE a, b CONNECTION LIMIT 5"
    ) == (
        CreateRole(
            role="r", options=("password", "valid until", "bypassrls", "nologin", "in role", "connection limit")
        ),
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "ALTER ROLE ALL IN DATABASE d RESET a",
            AlterRoleSetting(role=None, database="d", setting=Setting(name="a", values=None)),
        ),
        ("ALTER USER r SET TIME ZONE 'x'", AlterRoleSetting(role="r", setting=Setting(name="timezone", values=("x",)))),
        ("ALTER GROUP g DROP USER a, b", GrantRole(revoke=True, granted=("g",), roles=("a", "b"))),
    ],
)
def test_what_is_done_with_roles(read, sql, expected):
    assert read(sql) == (expected,)


@pytest.mark.parametrize(
    "sql",
    [
        *("CREATE ROLE r", 'CREATE GROUP "R" SUPERUSER', "ALTER ROLE current_user NOSUPERUSER INHERIT", "ALTER USER r"),
        *(
            "ALTER ROLE r RENAME TO s",
            "ALTER GROUP g RENAME TO h",
            "ALTER ROLE r SET a FROM CURRENT",
            "DROP ROLE IF EXISTS a, b",
        ),
        *("DROP OWNED BY a, current_user CASCADE", "REASSIGN OWNED BY a, b TO session_user", "DROP USER mapping"),
    ],
)
def test_a_role_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE ROLE public",
            "CREATE ROLE none",
            "CREATE ROLE current_user",
            "CREATE ROLE r FROB",
            "CREATE ROLE a.b",
        ),
        *("CREATE ROLE r UNENCRYPTED PASSWORD 'x'", "ALTER ROLE r ROLE a", "ALTER ROLE ALL", "ALTER GROUP g SUPERUSER"),
        *("ALTER ROLE r RENAME TO public", "DROP ROLE a CASCADE", "REASSIGN OWNED BY a", "ALTER ROLE r PASSWORD x"),
    ],
)
def test_what_is_no_role_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- privileges ---


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "REVOKE GRANT OPTION FOR ALL PRIVILEGES (a) ON s.t FROM PUBLIC CASCADE",
            Grant(
                revoke=True,
                privileges=(Privilege(name="all", columns=("a",)),),
                kind=Kind.TABLE,
                objects=(Name("s", "t"),),
                roles=("public",),
                grant_option=True,
                cascade=True,
            ),
        ),
        (
            "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA a, b TO GROUP r WITH GRANT OPTION GRANTED BY current_user",
            Grant(
                privileges=(Privilege(name="execute"),),
                kind=Kind.ROUTINE,
                objects=(),
                all_in_schemas=("a", "b"),
                roles=("r",),
                grant_option=True,
            ),
        ),
        (
            "GRANT SET, ALTER SYSTEM ON PARAMETER a.b, c TO r",
            Grant(
                privileges=(Privilege(name="set"), Privilege(name="alter system")),
                kind=Kind.PARAMETER,
                objects=(Name(None, "a.b"), Name(None, "c")),
                roles=("r",),
            ),
        ),
        (
            'GRANT a, "B" TO c, d WITH ADMIN OPTION, SET FALSE GRANTED BY e',
            GrantRole(
                granted=("a", "B"),
                roles=("c", "d"),
                options=(Option(name="admin", value="option"), Option(name="set", value="false")),
            ),
        ),
        (
            "REVOKE ADMIN OPTION FOR a FROM b CASCADE",
            GrantRole(revoke=True, granted=("a",), roles=("b",), options=(Option(name="admin"),), cascade=True),
        ),
    ],
)
def test_a_grant_says_what_on_what_and_to_whom(read, sql, expected):
    assert read(sql) == (expected,)


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT SELECT (a, b), UPDATE (c), REFERENCES ON TABLE t, s.u TO a, PUBLIC",
        "GRANT USAGE ON SEQUENCE a, b.c TO r",
        "GRANT EXECUTE ON FUNCTION f, s.g(int, text) TO r",
        "GRANT EXECUTE ON PROCEDURE p() TO r",
        *(
            "GRANT CREATE, CONNECT ON DATABASE d TO r",
            "GRANT USAGE ON SCHEMA a, b TO r",
            "GRANT USAGE ON LANGUAGE l TO r",
        ),
        *(
            "GRANT USAGE ON FOREIGN SERVER s TO r",
            "GRANT USAGE ON FOREIGN DATA WRAPPER w TO r",
            "GRANT USAGE ON TYPE s.t TO r",
        ),
        *(
            "GRANT USAGE ON DOMAIN d TO r",
            "GRANT SELECT ON LARGE OBJECT 1, 2 TO r",
            "GRANT CREATE ON TABLESPACE x TO r",
        ),
        *(
            "GRANT SELECT ON schema TO r",
            "GRANT SELECT ON sequence, type.function TO r",
            "REVOKE ALL ON t FROM r RESTRICT",
        ),
        *("GRANT ALL ON ALL SEQUENCES IN SCHEMA s TO r", "REVOKE a FROM b", "GRANT create TO r"),
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC WITH GRANT OPTION",
        "ALTER DEFAULT PRIVILEGES FOR USER a, b IN SCHEMA c REVOKE GRANT OPTION FOR ALL ON ROUTINES FROM d CASCADE",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA a, b GRANT USAGE ON TYPES TO r",
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON LARGE OBJECTS TO r",
    ],
)
def test_a_grant_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "GRANT ALL TO r",
            "GRANT SELECT ON TABLE TO r",
            "GRANT ON t TO r",
            "GRANT SELECT ON t",
            "GRANT SELECT ON t FROM r",
        ),
        *(
            "REVOKE SELECT ON t TO r",
            "GRANT a TO GROUP r",
            "GRANT SELECT ON VIEW v TO r",
            "GRANT SELECT ON a.b.c.d TO r",
        ),
        *(
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON t TO r",
            "GRANT SELECT ON ALL TABLES TO r",
            "GRANT a TO b WITH ADMIN",
        ),
        *("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES FROM r", "GRANT SELECT ON ALL TYPES IN SCHEMA s TO r"),
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r GRANTED BY s",
    ],
)
def test_what_is_no_grant_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


def test_columns_of_a_role_are_not_understood(read):
    [unknown] = read("GRANT a (b) TO c")
    assert isinstance(unknown, Unknown)
