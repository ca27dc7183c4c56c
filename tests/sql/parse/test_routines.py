"""Functions, procedures and aggregates; DO and CALL."""

from __future__ import annotations

import pytest

from sqlmig.sql.definitions import Setting
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import AlterObject, ChangeOwner, Rename, SetSchema
from sqlmig.sql.operations.routines import AlterRoutine
from sqlmig.sql.parser import parse
from sqlmig.sql.reader import Name
from sqlmig.sql.statements import split


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE FUNCTION f()",
        "CREATE FUNCTION s.f(int, a text, IN b int, OUT c int, INOUT d int, e OUT int, IN OUT g int, VARIADIC h int[])",
        "CREATE FUNCTION f(double precision, a double precision, time with time zone, year interval year to month)",
        "CREATE FUNCTION f(a int = 1 + 2, b text DEFAULT 'x' || 'y', s.t.c%TYPE, d s.e%TYPE, left int)",
        "CREATE FUNCTION f() RETURNS SETOF s.t LANGUAGE sql AS 'x'",
        "CREATE FUNCTION f() RETURNS SETOF s.t.c%TYPE AS 'x', 'y' LANGUAGE C",
        "CREATE FUNCTION f(a int) RETURNS TABLE (b int, c text[]) LANGUAGE 'plpgsql' AS $f$ BEGIN END $f$",
        "CREATE FUNCTION f() RETURNS int AS E'a\\nb'\n'c' LANGUAGE sql IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE",
        "CREATE FUNCTION f() RETURNS int STABLE CALLED ON NULL INPUT NOT LEAKPROOF EXTERNAL SECURITY DEFINER",
        "CREATE FUNCTION f() RETURNS NULL ON NULL INPUT LANGUAGE sql AS 'x'",
        "CREATE FUNCTION f() RETURNS int TRANSFORM FOR TYPE int, FOR TYPE s.t WINDOW COST 1 ROWS 10 SUPPORT s.g",
        "CREATE FUNCTION f() RETURNS int SET a = 1, 'b' SET c.d TO DEFAULT SET e FROM CURRENT SET TIME ZONE 'x'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN CASE WHEN true THEN 1 END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN b END; RETURN 1; END",
        "CREATE OR REPLACE PROCEDURE p(a int) BEGIN ATOMIC INSERT INTO t VALUES (1); END",
        "CREATE PROCEDURE p() BEGIN ATOMIC END",
    ],
)
def test_a_routine_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


def test_what_a_table_function_returns_is_among_its_arguments(read):
    [function] = read("CREATE FUNCTION f(a int, OUT b int) RETURNS TABLE (c int, d text) AS ''")
    assert [(argument.mode, argument.name) for argument in function.arguments] == [
        *(("in", "a"), ("out", "b"), ("table", "c"), ("table", "d")),
    ]
    assert function.returns is None


def test_a_body_knows_its_characters_and_its_place():
    text = "SELECT 1; CREATE FUNCTION f() RETURNS int AS E'a''b'\n  'c\\n' LANGUAGE sql"
    [function] = parse(split(text)[1])
    assert function.body.text == "a'bc\n"
    assert [text[token.start : token.end] for token in function.body.tokens] == ["E'a''b'", "'c\\n'"]


@pytest.mark.parametrize(
    ("sql", "body"),
    [
        ("CREATE FUNCTION f() RETURNS int RETURN a + 1", "a + 1"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 1; SELECT 2;"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END", ""),
    ],
)
def test_a_body_that_is_no_string_is_an_expression(read, sql, body):
    [function] = read(sql)
    assert function.body is None
    assert function.sql_body.text == body


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE FUNCTION f",
            "CREATE FUNCTION f(a)b",
            "CREATE FUNCTION f(int,) RETURNS int AS 'x'",
            "CREATE FUNCTION f(a b c)",
        ),
        *("CREATE PROCEDURE p() RETURNS int AS 'x'", "CREATE FUNCTION f() RETURNS TABLE () AS 'x'"),
        *("CREATE FUNCTION f() RETURNS TABLE (int) AS 'x'", "CREATE FUNCTION f() RETURNS TABLE (OUT a int) AS 'x'"),
        *("CREATE FUNCTION f() AS 'x' VOLATILEISH", "CREATE FUNCTION f() SET LOCAL a = 1 AS 'x'"),
        *("CREATE FUNCTION f() RETURN 1 LANGUAGE sql", "CREATE FUNCTION f() SECURITY AS 'x'"),
        *("CREATE FUNCTION f() SET TRANSACTION READ ONLY AS 'x'", "CREATE FUNCTION IF NOT EXISTS f() AS 'x'"),
        *("CREATE FUNCTION f() AS 'x', 'y', 'z'", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 END"),
        *("DROP FUNCTION", "DROP FUNCTION f(", "DROP FUNCTION f(int) g", "DROP AGGREGATE f", "DROP AGGREGATE f()"),
        *(
            "ALTER FUNCTION f()",
            "ALTER FUNCTION f() CASCADE",
            "ALTER PROCEDURE p() LANGUAGE sql",
            "ALTER FUNCTION f() AS 'x'",
        ),
        *("DO", "CALL p", "CALL (1)", "CALL p(1) FILTER (WHERE true)", "ALTER FUNCTION f() RENAME g"),
    ],
)
def test_what_is_no_routine_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


def test_an_alteration_says_nothing_of_what_it_leaves(read):
    assert read("ALTER FUNCTION f SECURITY DEFINER SET a = 1 RESET b RESET ALL RESTRICT") == (
        AlterRoutine(
            kind=Kind.FUNCTION,
            name=Name(None, "f"),
            arguments=None,
            security_definer=True,
            settings=(
                Setting(name="a", values=("1",)),
                Setting(name="b", values=None),
                Setting(name="all", values=None),
            ),
        ),
    )


F = Name("s", "f")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER FUNCTION s.f(int) RENAME TO g", Rename(kind=Kind.FUNCTION, name=F, new="g")),
        ("ALTER PROCEDURE s.f OWNER TO current_user", ChangeOwner(kind=Kind.PROCEDURE, name=F, role="current_user")),
        ("ALTER ROUTINE s.f() SET SCHEMA x", SetSchema(kind=Kind.ROUTINE, name=F, schema="x")),
        ("ALTER AGGREGATE s.f(*) SET SCHEMA x", SetSchema(kind=Kind.AGGREGATE, name=F, schema="x")),
        (
            "ALTER FUNCTION s.f() NO DEPENDS ON EXTENSION x",
            AlterObject(kind=Kind.FUNCTION, name=F, action="no depends on extension"),
        ),
    ],
)
def test_what_every_routine_can_be_told(read, read_as_postgresql_does, sql, expected):
    assert read(sql) == (expected,)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER FUNCTION f(IN a int, OUT b text) IMMUTABLE STRICT SECURITY INVOKER COST 5",
        "ALTER FUNCTION f(int) SET SCHEMA 'x'",
        "ALTER PROCEDURE p SET a TO b, c RESTRICT",
        "DROP FUNCTION IF EXISTS f(int, VARIADIC text[]), s.g, h() CASCADE",
        "DROP FUNCTION left, d.s.f(a int, OUT b int)",
        "DROP PROCEDURE p(INOUT a int) RESTRICT",
        "DROP ROUTINE r",
        "DROP AGGREGATE IF EXISTS a(*), b(int, text), c(int ORDER BY text), d(ORDER BY int) CASCADE",
        "DO 'x' LANGUAGE plpgsql",
        "DO LANGUAGE 'PLpgSQL' $$ BEGIN END $$",
        "CALL s.p(1, a => 'x', VARIADIC b)",
        "CALL p()",
    ],
)
def test_what_is_done_with_routines_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)
