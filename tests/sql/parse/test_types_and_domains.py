"""Types, domains and sequences."""

from __future__ import annotations

import pytest

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import AlterObject, CreateObject, Rename
from sqlmig.sql.operations.types import AlterSequence, CreateEnum
from sqlmig.sql.reader import Name


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE TYPE s.t",
            "CREATE TYPE t AS ENUM ()",
            "CREATE TYPE t AS ENUM ('a', E'b\\'', 'c')",
            "CREATE TYPE t AS ()",
        ),
        'CREATE TYPE s.t AS (a int, b text[] COLLATE s."C", "C" s.u)',
        "CREATE TYPE t AS RANGE (subtype = float8, collation = s.c)",
        "CREATE TYPE t (INPUT = f, OUTPUT = s.g, INTERNALLENGTH = VARIABLE, PASSEDBYVALUE)",
        "ALTER TYPE t ADD VALUE 'a'",
        "ALTER TYPE s.t ADD VALUE IF NOT EXISTS 'a' BEFORE 'b'",
        "ALTER TYPE t ADD VALUE 'a' AFTER 'b'",
        "ALTER TYPE t RENAME VALUE 'a' TO 'b'",
        "ALTER TYPE t ADD ATTRIBUTE a int COLLATE c CASCADE, DROP ATTRIBUTE IF EXISTS b RESTRICT, DROP ATTRIBUTE c",
        "ALTER TYPE t ALTER ATTRIBUTE a TYPE int, ALTER ATTRIBUTE b SET DATA TYPE text COLLATE c CASCADE",
        *("ALTER TYPE int RENAME TO u", "ALTER TYPE t OWNER TO current_user", "ALTER TYPE s.t SET SCHEMA u"),
        "ALTER TYPE t RENAME ATTRIBUTE a TO b CASCADE",
    ],
)
def test_a_type_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


def test_the_kinds_of_types_are_told_apart(read):
    assert read("CREATE TYPE s.t AS ENUM ('a')") == (CreateEnum(type=Name("s", "t"), labels=("a",)),)
    assert read("CREATE TYPE t") == (CreateObject(kind=Kind.TYPE, name=Name(None, "t")),)
    assert read("ALTER TYPE t SET (RECEIVE = f)") == (AlterObject(kind=Kind.TYPE, name=Name(None, "t"), action="set"),)


def test_an_attribute_is_renamed_in_its_type(read):
    renamed = Rename(kind=Kind.COLUMN, name=Name(None, "a"), new="b", table=Name("s", "t"))
    assert read("ALTER TYPE s.t RENAME ATTRIBUTE a TO b") == (renamed,)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE TYPE t AS",
            "CREATE TYPE t AS ENUM (a)",
            "CREATE TYPE t AS ENUM",
            "CREATE TYPE t AS (a)",
            "CREATE TYPE",
        ),
        *("CREATE TYPE t AS (a int NOT NULL)", "CREATE TYPE IF NOT EXISTS t AS ENUM ('a')", "CREATE TYPE t AS RANGE"),
        *(
            "ALTER TYPE t",
            "ALTER TYPE t ADD VALUE a",
            "ALTER TYPE t DROP VALUE 'a'",
            "ALTER TYPE t ADD VALUE 'a' BEFORE b",
        ),
        *(
            "ALTER TYPE t ADD ATTRIBUTE a",
            "ALTER TYPE t ADD a int",
            "ALTER TYPE t DROP ATTRIBUTE a b",
            "ALTER TYPE t SET ()",
        ),
        *(
            "ALTER TYPE t ALTER ATTRIBUTE a SET NOT NULL",
            "ALTER TYPE IF EXISTS t RENAME TO u",
            "ALTER TYPE t RENAME a TO b",
        ),
    ],
)
def test_what_is_no_type_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE DOMAIN s.d int",
        "CREATE DOMAIN d AS text COLLATE s.\"C\" DEFAULT 'a' || 'b' NOT NULL CHECK (VALUE > 0) CONSTRAINT c CHECK (a)",
        "CREATE DOMAIN d int[] NULL CONSTRAINT c NOT NULL",
        "ALTER DOMAIN s.d SET DEFAULT 1 + 2",
        *("ALTER DOMAIN d DROP DEFAULT", "ALTER DOMAIN d SET NOT NULL", "ALTER DOMAIN d DROP NOT NULL"),
        "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID",
        "ALTER DOMAIN d ADD CHECK (VALUE > 0)",
        *("ALTER DOMAIN d DROP CONSTRAINT IF EXISTS c CASCADE", "ALTER DOMAIN d VALIDATE CONSTRAINT c"),
        *("ALTER DOMAIN d RENAME TO e", "ALTER DOMAIN d RENAME CONSTRAINT a TO b", "ALTER DOMAIN d OWNER TO r"),
        "ALTER DOMAIN s.d SET SCHEMA t",
    ],
)
def test_a_domain_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE DOMAIN d",
            "CREATE DOMAIN d AS",
            "CREATE DOMAIN d int CHECK VALUE",
            "CREATE DOMAIN IF NOT EXISTS d int",
        ),
        *(
            "CREATE DOMAIN d int NOT NULL NOT VALID",
            "ALTER DOMAIN d",
            "ALTER DOMAIN d ADD UNIQUE",
            "ALTER DOMAIN d SET DEFAULT",
        ),
        *(
            "ALTER DOMAIN d ADD NOT NULL NOT VALID",
            "ALTER DOMAIN d DROP CONSTRAINT",
            "ALTER DOMAIN d ADD CHECK (true), DROP a",
        ),
    ],
)
def test_what_is_no_domain_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


@pytest.mark.parametrize(
    "sql", ["CREATE DOMAIN d int UNIQUE", "CREATE DOMAIN d int REFERENCES t", "CREATE DOMAIN d int PRIMARY KEY"]
)
def test_a_domain_with_what_only_columns_have_is_not_understood(read, sql):
    [unknown] = read(sql)
    assert unknown.reason == "a domain cannot have this"


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE SEQUENCE s.q",
        "CREATE TEMP SEQUENCE IF NOT EXISTS q AS bigint START WITH -1 INCREMENT 2 NO MAXVALUE MINVALUE 0 CACHE 5",
        "CREATE UNLOGGED SEQUENCE q OWNED BY s.t.c",
        "CREATE SEQUENCE q OWNED BY NONE",
        "ALTER SEQUENCE IF EXISTS s.q RESTART",
        "ALTER SEQUENCE q RESTART WITH -5 AS smallint OWNED BY t.c NO CYCLE",
        *("ALTER SEQUENCE q OWNER TO r", "ALTER SEQUENCE IF EXISTS q RENAME TO p", "ALTER SEQUENCE q SET SCHEMA s"),
        "ALTER SEQUENCE q SET UNLOGGED",
    ],
)
def test_a_sequence_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


def test_where_a_sequence_starts_again_is_said(read):
    assert read("ALTER SEQUENCE IF EXISTS s.q RESTART 7") == (
        AlterSequence(sequence=Name("s", "q"), if_exists=True, restart=True, restart_with=7),
    )


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE SEQUENCE",
            "CREATE SEQUENCE q START",
            "CREATE SEQUENCE q, p",
            "CREATE SEQUENCE q NO",
            "ALTER SEQUENCE q",
        ),
        *("ALTER SEQUENCE q RESTART OWNER TO r", "CREATE SEQUENCE q OWNED BY", "CREATE OR REPLACE SEQUENCE q"),
    ],
)
def test_what_is_no_sequence_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)
