"""Statements inside bodies: what they are, where they stand, and what could not be read."""

import time
from collections.abc import Callable, Iterator

import pytest

from sqlmig.sql.bodies import BodyStatement, BodyStatements, Cause, body_statements
from sqlmig.sql.identifiers import string_value
from sqlmig.sql.operations.base import Unknown
from sqlmig.sql.operations.routines import CreateRoutine, Do
from sqlmig.sql.operations.rows import Insert, Select
from sqlmig.sql.operations.session import DynamicSql
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import split
from sqlmig.sql.tokens import Kind, Token


def bodies_of(file: str) -> list[BodyStatements]:
    return [
        body_statements(operation)
        for statement in split(file)
        for operation in parse(statement)
        if isinstance(operation, Do | CreateRoutine)
    ]


def body_of(file: str) -> BodyStatements:
    (body,) = bodies_of(file)
    return body


def statements_of(body: BodyStatements) -> Iterator[BodyStatement]:
    """All of them, those of the bodies inside behind the statement that they stand in."""
    for statement in body.statements:
        yield statement
        for inner in statement.inner:
            yield from statements_of(inner)


def kinds(body: BodyStatements) -> list[list[str]]:
    return [[type(operation).__name__ for operation in found.operations] for found in body.statements]


def queries(body: BodyStatements) -> list[str]:
    return [one.query.text for found in body.statements for one in found.operations if isinstance(one, Select)]


# --- what is found ---


def test_ddl_inside_a_body_is_read_as_it_is_outside():
    body = body_of("DO $$ BEGIN CREATE INDEX i ON t (a); DROP TABLE u; END $$")
    assert (body.language, body.unread, body.commits) == ("plpgsql", (), ())
    assert [found.statement.text for found in body.statements] == ["CREATE INDEX i ON t (a)", "DROP TABLE u"]
    assert [found.statement.number for found in body.statements] == [1, 2]
    outside = [parse(statement) for statement in split("CREATE INDEX i ON t (a); DROP TABLE u")]
    assert [found.operations for found in body.statements] == outside


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("SELECT a INTO x FROM t", ["SELECT a        FROM t"], id="SELECT INTO"),
        pytest.param("SELECT a FROM t INTO STRICT x, y.z", ["SELECT a FROM t"], id="INTO at the end"),
        pytest.param("SELECT INTO x a FROM t", ["SELECT        a FROM t"], id="INTO in front"),
        pytest.param("PERFORM f(1) FROM t", ["SELECT f(1) FROM t"], id="PERFORM"),
        pytest.param("x := count(*) FROM t", ["SELECT count(*) FROM t"], id="an assignment that reads a table"),
        pytest.param("IF EXISTS (SELECT FROM t) THEN END IF", ["SELECT EXISTS (SELECT FROM t)"], id="IF"),
        pytest.param("FOR r IN SELECT 1 LOOP END LOOP", ["SELECT 1"], id="FOR rows"),
        pytest.param("FOR i IN f(1)..g(2) LOOP END LOOP", ["SELECT f(1)", "SELECT g(2)"], id="FOR numbers"),
        pytest.param("RETURN QUERY TABLE t", ["TABLE t"], id="RETURN QUERY"),
        pytest.param("OPEN c FOR VALUES (1)", ["VALUES (1)"], id="OPEN"),
        pytest.param("RAISE NOTICE '%', f(x)", ["SELECT f(x)"], id="RAISE"),
        pytest.param("EXECUTE a USING f(1), b", ["SELECT f(1)"], id="USING"),
        pytest.param("x := y", [], id="a name alone says nothing"),
        pytest.param("EXIT WHEN true", [], id="a literal alone says nothing"),
    ],
)
def test_queries_and_expressions_are_selects(statement, expected):
    assert queries(body_of(f"DO $$ BEGIN {statement}; END $$")) == expected


def test_a_statement_with_into_is_shown_as_it_is_written_and_read_without():
    body = body_of("DO $$ BEGIN INSERT INTO t VALUES (1) RETURNING a INTO x; END $$")
    (found,) = body.statements
    assert found.statement.text == "INSERT INTO t VALUES (1) RETURNING a INTO x"
    assert [token.text for token in found.statement.tokens][-2:] == ["INTO", "x"]
    assert found.operations == parse(split("INSERT INTO t VALUES (1) RETURNING a")[0])
    assert isinstance(found.operations[0], Insert)


@pytest.mark.parametrize(
    ("execute", "operations"),
    [
        pytest.param("'DROP TABLE t'", ["DynamicSql", "DropTable"], id="one literal"),
        pytest.param(
            "$q$CREATE TABLE a (); DROP TABLE b;$q$", ["DynamicSql", "CreateTable", "DropTable"], id="two in it"
        ),
        pytest.param("('DROP ' || 'TABLE t')", ["DynamicSql", "DropTable"], id="literals joined"),
        pytest.param("format('DROP TABLE t')", ["DynamicSql", "DropTable"], id="format without arguments"),
        pytest.param("'DELETE FROM t WHERE a = $1' USING 1", ["DynamicSql", "Delete"], id="with parameters"),
        pytest.param("'nonsense'", ["DynamicSql", "Unknown"], id="no SQL in it"),
        pytest.param("''", ["DynamicSql"], id="nothing in it"),
    ],
)
def test_what_a_literal_does_follows_its_execute(execute, operations):
    body = body_of(f"DO $$ BEGIN EXECUTE {execute}; END $$")
    assert kinds(body) == [operations]
    (found,) = body.statements
    dynamic = found.operations[0]
    assert isinstance(dynamic, DynamicSql)
    assert dynamic.literal


@pytest.mark.parametrize(
    "execute",
    [
        "'DROP TABLE ' || t",
        "t",
        "format('DROP TABLE %I', t)",
        "format('DROP TABLE t%%')",
        "concat('a', 'b')",
        "'a'::text",
        "(SELECT 'a')",
        "lower('DROP TABLE t')",
    ],
)
def test_what_is_no_literal_is_opaque(execute):
    body = body_of(f"DO $$ BEGIN EXECUTE {execute}; END $$")
    assert kinds(body) == [["DynamicSql"]]
    (found,) = body.statements
    dynamic = found.operations[0]
    assert isinstance(dynamic, DynamicSql)
    assert (dynamic.literal, dynamic.statement.text) == (False, execute)


@pytest.mark.parametrize(
    ("create", "expected"),
    [
        pytest.param("LANGUAGE sql AS $$ SELECT 1; DELETE FROM t; $$", [["Select"], ["Delete"]], id="a string"),
        pytest.param("AS 'DROP TABLE t' LANGUAGE SQL", [["DropTable"]], id="the language behind"),
        pytest.param("BEGIN ATOMIC SELECT 1; DELETE FROM t; END", [["Select"], ["Delete"]], id="BEGIN ATOMIC"),
        pytest.param("BEGIN ATOMIC SELECT CASE WHEN a THEN b END; END", [["Select"]], id="CASE in it"),
        pytest.param("BEGIN ATOMIC RETURN f(1); END", [["Select"]], id="RETURN in it"),
        pytest.param("BEGIN ATOMIC END", [], id="an empty one"),
        pytest.param("RETURN f(1)", [["Select"]], id="RETURN"),
        pytest.param("LANGUAGE sql AS $$ SELECT 1 INTO x $$", [["CreateTableAs"]], id="INTO makes a table in SQL"),
    ],
)
def test_bodies_of_sql(create, expected):
    body = body_of(f"CREATE FUNCTION f() RETURNS int {create}")
    assert (body.language, body.unread) == ("sql", ())
    assert kinds(body) == expected


def test_return_is_a_select_and_shown_as_it_is_written():
    body = body_of("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC RETURN g(1); END")
    assert queries(body) == ["SELECT g(1)"]
    assert body.statements[0].statement.text == "RETURN g(1)"


def test_names_are_arguments_and_variables():
    body = "LANGUAGE plpgsql AS $$ DECLARE c int; BEGIN END $$"
    assert body_of(f"CREATE FUNCTION f(a int, int) RETURNS TABLE (b int) {body}").names == {"a", "b", "c"}
    assert body_of("CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a'").names == {"a"}


def test_commits_are_those_that_run_with_the_body():
    file = """
        DO $a$ BEGIN
          COMMIT;
          DO $b$ BEGIN ROLLBACK AND CHAIN; END $b$;
          CREATE PROCEDURE p() LANGUAGE plpgsql AS $b$ BEGIN COMMIT; END $b$;
        END $a$
    """
    assert [file[at:].split(";")[0] for at in body_of(file).commits] == ["COMMIT", "ROLLBACK AND CHAIN"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("BEGIN\n-- a\n/* b */ DROP TABLE t;", [["-- a", "/* b */"]], id="above it"),
        pytest.param("BEGIN -- a\nDROP TABLE t;", [[]], id="behind BEGIN"),
        pytest.param("BEGIN /* a */ DROP TABLE t;", [["/* a */"]], id="in front of it on one line"),
        pytest.param("BEGIN DROP TABLE t; -- a\n-- b\nDROP TABLE u;", [[], ["-- b"]], id="behind the one before"),
        pytest.param("BEGIN DROP TABLE t -- a\n; DROP TABLE u;", [[], []], id="in front of the semicolon"),
        pytest.param("BEGIN IF f(1) THEN -- a\n-- b\nDROP TABLE u; END IF;", [[], ["-- b"]], id="behind THEN"),
        pytest.param("BEGIN\n-- a\nIF f(1) THEN\n-- b\nDROP TABLE u; END IF;", [["-- a"], ["-- b"]], id="above IF"),
        pytest.param("BEGIN\n-- a\n<<l>>\nFOR r IN SELECT 1 LOOP END LOOP;", [["-- a"]], id="above a label"),
        pytest.param("-- a\nDECLARE\n-- b\nx int := f(1); BEGIN", [["-- b"]], id="above a declaration"),
        pytest.param("BEGIN\n-- a\nNULL;\n-- b\nDROP TABLE t;", [["-- b"]], id="a statement without SQL has its own"),
    ],
)
def test_comments_in_a_body_belong_to_the_statement_below_them(body, expected):
    file = f"-- head\nDO $$\n{body} END $$"
    found = body_of(file)
    assert [[comment.text for comment in one.statement.comments] for one in found.statements] == expected
    assert all(file[c.start : c.end] == c.text for one in found.statements for c in one.statement.comments)


# --- where it stands ---

BODY = """
DECLARE
  x int := nextval('s');
BEGIN
  -- sqlmig: allow y: z
  CREATE INDEX i ON "T t" (lower(a)) WHERE b = 'c';
  SELECT id INTO x FROM tenant.t WHERE note = 'it\\''s' AND note <> 'a';
  IF EXISTS (SELECT 1 FROM t) THEN
    ALTER TABLE t ADD COLUMN c text DEFAULT 'é😀', DROP COLUMN d;
  END IF;
  EXECUTE 'CREATE TABLE q (a text DEFAULT ''x''); DROP TABLE r' USING f(x);
  DO 'BEGIN COMMIT; INSERT INTO t VALUES (''y''); END';
END
""".replace("\\'", "'")


def dollars(text: str) -> str:
    return f"$q{len(text)}${text}$q{len(text)}$"


def doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def with_codes(text: str) -> str:
    return "U&'" + text.replace("\\", "\\\\").replace("'", "''").replace("é", "\\00e9") + "'"


PREFIXES: dict[Callable[[str], str], str | None] = {dollars: None, doubled: "", escaped: "E", with_codes: "U&"}
QUOTINGS = [
    pytest.param(quotings, id=" in ".join(quote.__name__ for quote in quotings))
    for quotings in [
        *([quote] for quote in PREFIXES),
        [dollars, dollars],
        [dollars, doubled],
        [doubled, dollars],
        [escaped, doubled],
        [doubled, with_codes, escaped],
    ]
]


def quoted(quotings: list[Callable[[str], str]]) -> str:
    file = f"DO {quotings[0](BODY)}"
    for quote in quotings[1:]:
        file = f"DO {quote(f'BEGIN {file}; END')}"
    return f"SELECT 1;\n{file};"


def unquoted(written: str, quotings: list[Callable[[str], str]]) -> str:
    for quote in reversed(quotings):
        if (prefix := PREFIXES[quote]) is not None:
            written = string_value(Token(Kind.STRING, f"{prefix}'{written}'", 0, 0))
    return written


def innermost(body: BodyStatements, levels: int) -> BodyStatements:
    for _ in range(levels - 1):
        body = body.statements[0].inner[0]
    return body


@pytest.mark.parametrize("quotings", QUOTINGS)
def test_however_a_body_is_quoted_the_same_is_found_in_it(quotings):
    body = innermost(body_of(quoted(quotings)), len(quotings))
    plain = body_of(quoted([dollars]))
    assert body.unread == plain.unread == ()
    assert [one.operations for one in body.statements] == [one.operations for one in plain.statements]
    assert [one.statement.text for one in body.statements] == [one.statement.text for one in plain.statements]
    assert kinds(body) == [
        *(["Select"], ["CreateIndex"], ["Select"], ["Select"], ["AddColumn", "DropColumn"]),
        *(["DynamicSql", "CreateTable", "DropTable", "Select"], ["Do"]),
    ]
    assert len(body.commits) == 1


@pytest.mark.parametrize("quotings", QUOTINGS)
def test_however_a_body_is_quoted_everything_stands_where_it_is_written(quotings):
    file = quoted(quotings)
    body = innermost(body_of(file), len(quotings))
    assert unquoted(file[body.of.at : body.of.at + 2], quotings[1:]) == "DO"
    for found in body.statements:
        statement = found.statement
        assert unquoted(file[statement.start : statement.end], quotings) == statement.text
        for part in (*statement.tokens, *statement.comments):
            assert unquoted(file[part.start : part.end], quotings) == part.text
        assert [token.start for token in statement.tokens] == sorted(token.start for token in statement.tokens)
        assert statement.start == statement.tokens[0].start
    index, into, condition, table, dynamic, block = (found.operations for found in body.statements[1:])
    words = {
        index[0].at: "CREATE",
        index[0].table.at: '"T t"',
        index[0].where.tokens[-1].start: "'c'",
        index[0].where.start: "b",
        into[0].query.tokens[3].start: "tenant",
        condition[0].at: "EXISTS",
        table[1].at: "DROP",
        dynamic[0].at: "EXECUTE",
        dynamic[0].statement.start: "'CREATE",
        dynamic[1].at: "CREATE",
        dynamic[2].at: "DROP",
        dynamic[2].table.at: "r",
        dynamic[3].at: "f",
        block[0].at: "DO",
        block[0].body.tokens[0].start: "'BEGIN",
        body.commits[0]: "COMMIT",
    }
    for at, word in words.items():
        assert any(unquoted(file[at:end], quotings) == word for end in range(at + 1, at + 30)), word


def test_a_mark_in_an_inner_body_is_found_in_the_file():
    file = "DO 'BEGIN EXECUTE ''DO ''''BEGIN DROP TABLE here; END''''''; END'"
    (found,) = body_of(file).statements
    (inner,) = found.inner
    (drop,) = (one for one in statements_of(inner))
    assert file[drop.statement.start : drop.statement.end] == "DROP TABLE here"


# --- what is not read ---


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        pytest.param("DO $$ BEGIN SELECT ~'x; END $$", "this string is not closed", id="an open string"),
        pytest.param("DO $$ BEGIN ~/* END $$", "this comment is not closed", id="an open comment"),
        pytest.param("DO $a$ BEGIN PERFORM ~$b$; END $a$", "this dollar-quoted string", id="an open dollar quote"),
        pytest.param("DO 'BEGIN SELECT ~''x; END'", "this string is not closed", id="in a string"),
        pytest.param("DO E'BEGIN\\n\\n SELECT ~\\'x; END'", "this string is not closed", id="behind escapes"),
        pytest.param("DO $$ BEGIN EXECUTE 'a ~''b'; END $$", "this string is not closed", id="in a literal"),
        pytest.param("DO $$ BEGIN IF a~; END $$", "expected THEN, found ';'", id="no plpgsql"),
        pytest.param("DO 'BEGIN PERFORM ''a''; IF a~; END'", "expected THEN", id="no plpgsql, behind quotes"),
        pytest.param("DO LANGUAGE plpython3u ~$$ import this $$", "a body in plpython3u", id="Python"),
        pytest.param("CREATE FUNCTION f() RETURNS int LANGUAGE C AS ~'a', 'b'", "a body in c is", id="C"),
        pytest.param("CREATE FUNCTION f() RETURNS int LANGUAGE internal AS ~'a'", "a body in internal", id="internal"),
        pytest.param("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; ~'a $$", "this string", id="SQL"),
    ],
)
def test_what_could_not_be_read_is_said_with_its_position(file, reason):
    before, after = file.split("~")
    (unread,) = body_of(before + after).unread
    assert unread.cause is (Cause.LANGUAGE if reason.startswith("a body in") else Cause.TEXT)
    assert unread.reason.startswith(reason)
    assert unread.at == len(before)


def test_what_is_in_front_of_the_unread_is_kept():
    body = body_of("DO $$ BEGIN DROP TABLE a; FOR; DROP TABLE b; END $$")
    assert kinds(body) == [["DropTable"]]
    assert len(body.unread) == 1


def test_a_statement_that_is_not_understood_is_unknown_where_it_stands():
    file = "DO 'BEGIN PERFORM ''a'' = ''b''; DROP THING x; END'"
    unknown = body_of(file).statements[1].operations[0]
    assert isinstance(unknown, Unknown)
    assert file[unknown.at :].startswith("THING")


@pytest.mark.parametrize("levels", [100, 1000])
def test_bodies_inside_bodies_end_somewhere_and_say_so(levels):
    file = "DROP TABLE t"
    for level in range(levels):
        file = f"DO $a{level}$BEGIN {file}; END$a{level}$"
    started = time.process_time()
    body = body_of(file)
    assert time.process_time() - started < 5
    depth = 1
    while not body.unread:
        (found,) = body.statements
        (body,) = found.inner
        depth += 1
    assert 10 < depth < levels
    assert "inside each other" in body.unread[0].reason
    assert body.unread[0].cause is Cause.LIMIT
    assert file[body.unread[0].at :].startswith("BEGIN DO $a")
