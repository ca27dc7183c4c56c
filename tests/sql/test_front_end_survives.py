"""Whatever a file holds, it is read to its end: tokens, statements, operations and bodies, or a mistake's position."""

import gc
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlmig.sql.bodies import BodyStatements, body_statements
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.routines import CreateRoutine, Do
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import SqlTextError, tokenize

HERE = Path(__file__).parent
FORMS = [line.split("|", 1)[1] for line in (HERE / "forms.txt").read_text().splitlines() if line and line[0] != "#"]
BODIES = [statement.text for statement in split((HERE / "plpgsql.sql").read_text())]


def read(text: str) -> int:
    """Read a text as the linter does, and count its statements; -1 when it cannot be cut."""
    statements = cut(text)
    if isinstance(statements, SqlTextError):
        assert 0 <= statements.offset < len(text)
        return -1
    for statement in statements:
        operations = parse(statement)
        assert_placed(operations, statement)
        for operation in operations:
            if isinstance(operation, Do | CreateRoutine):
                assert_read(body_statements(operation), statement)
    return len(statements)


def cut(text: str) -> tuple[Statement, ...] | SqlTextError:
    try:
        return split(text)
    except SqlTextError as error:
        return error


def assert_placed(operations: tuple[Operation, ...], statement: Statement) -> None:
    assert operations
    for operation in operations:
        assert isinstance(operation, Operation)
        assert statement.start <= operation.at <= statement.end


def assert_read(body: BodyStatements, statement: Statement) -> None:
    for found in body.statements:
        assert_placed(found.operations, statement)
        assert statement.start <= found.statement.start < found.statement.end <= statement.end
        for inner in found.inner:
            assert_read(inner, statement)
    assert all(statement.start <= unread.at <= statement.end for unread in body.unread)


# --- files that nobody meant to write ---


@pytest.mark.parametrize(
    "text", ["", " ", "\n\r\n\t\f\v", ";", ";;\n;", "-- a", "/* a /* b */ */", "\ufeff", "\ufeff-- a"]
)
def test_a_file_with_nothing_in_it_has_no_statements(text):
    assert read(text) == 0


@pytest.mark.parametrize(
    "opening",
    [
        "'",
        '"',
        "E'",
        "e'\\'",
        "U&'",
        'U&"',
        "n'",
        "B'",
        "x'",
        "$$",
        "$tag$",
        "/*",
        "/* /* */",
        "'a''",
        '"a""',
        "$a$ $b$",
    ],
)
def test_what_is_opened_and_not_closed_has_a_position(opening):
    for before in ("", "SELECT 1;\n", "DO $x$ BEGIN END $x$; SELECT "):
        assert read(before + opening) == -1
        assert read(f"{before}{opening} ; SELECT 2; -- more\n") == -1


@pytest.mark.parametrize("encoding", ["latin-1", "cp437", "utf-16-le"])
def test_binary_bytes_are_read_or_have_a_position(encoding):
    data = bytes(range(1, 256)) * 4
    for start in range(8):
        for end in range(len(data) - 8, len(data), 3):
            read(data[start:end].decode(encoding, "replace"))
    assert read("SELECT 1; \0") == -1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_have_a_position(data):
    read(data.decode("latin-1"))
    read(data.decode("utf-8", "replace"))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100))
def test_random_text_is_read_or_has_a_position(text):
    read(text)
    read(f"SELECT {text}")
    read(f"DO $body$ BEGIN {text}; END $body$")


# --- statements that went wrong ---


WORDS = """
    select from where with recursive as insert into values update set delete merge using when matched then create or
    replace table temp index unique concurrently on view materialized function procedure returns language begin atomic
    return end do alter add column constraint primary key foreign references check not null default generated always
    identity drop if exists cascade rename to type policy for all rule trigger before after execute each row partition
    of by range list attach grant revoke role schema extension sequence owned comment is copy stdin lock vacuum explain
    analyze case else loop declare cursor perform raise exception a b "c" t.u int text numeric(1,2) varchar
    ( ) ( ) [ ] { } , ; . .. : :: := = < > <> + - * / % ^ ~ ! @ # & | ` ? $1 1 1.5 'x' E'\\n' U&'\\0041' uescape
    $$x$$ $b$begin$b$ -- /* */ \\ é 表
""".split()  # noqa: SIM905  (a list of 200 strings is harder to read)
SOUP = st.sampled_from([*WORDS, "\n", "$$ begin null; end $$", "'begin execute ''drop table t''; end'"])


@settings(max_examples=200, deadline=None)
@given(st.lists(SOUP, max_size=40))
def test_a_soup_of_tokens_is_read(words):
    text = " ".join(words)
    read(text)
    read(f"do $outer$ begin {text}; end $outer$")


def mutated(texts: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(texts).flatmap(lambda text: mutations(text, [t.text for t in tokenize(text).tokens]))


def mutations(text: str, tokens: list[str]) -> st.SearchStrategy[str]:
    at = st.integers(0, len(tokens) - 1)
    return st.one_of(
        at.map(lambda one: " ".join(tokens[:one] + tokens[one + 1 :])),
        at.map(lambda one: " ".join(tokens[:one])),
        at.map(lambda one: " ".join(tokens[one:])),
        at.map(lambda one: " ".join(tokens[: one + 1] + tokens[one:])),
        st.tuples(at, at).map(lambda pair: " ".join(swapped(tokens, *pair))),
        st.tuples(at, SOUP).map(lambda pair: " ".join([*tokens[: pair[0]], pair[1], *tokens[pair[0] :]])),
        st.tuples(at, SOUP).map(lambda pair: " ".join([*tokens[: pair[0]], pair[1], *tokens[pair[0] + 1 :]])),
        st.integers(0, len(text)).map(lambda end: text[:end]),
    )


def swapped(tokens: list[str], one: int, other: int) -> list[str]:
    tokens = list(tokens)
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return tokens


@settings(max_examples=300, deadline=None)
@given(mutated(FORMS))
def test_a_statement_with_a_token_gone_doubled_swapped_or_added_is_read(text):
    read(text)


@settings(max_examples=200, deadline=None)
@given(mutated(BODIES), st.integers(0))
def test_a_body_with_a_token_gone_doubled_swapped_or_added_is_read(text, seed):
    read(text)
    inside = BODIES[seed % len(BODIES)]
    opening = inside.index("$$") + 2 if "$$" in inside else 0
    read(f"{inside[:opening]} {text.replace('$$', '$inner$')} {inside[opening:]}")


def test_every_form_cut_behind_each_of_its_tokens_is_read():
    for form in FORMS:
        for token in tokenize(form).tokens:
            assert read(form[: token.end]) == 1


# --- depth ---

DEEP = {
    "parentheses": ("SELECT ", "(", "1", ")"),
    "brackets": ("SELECT ", "ARRAY[", "1", "]"),
    "cases": ("SELECT ", "CASE WHEN ", "a", " THEN 1 END"),
    "comments": ("SELECT 1 ", "/* ", "", " */"),
    "subqueries": ("", "SELECT (", "SELECT 1", ")"),
    "conditions": ("ALTER TABLE t ADD CHECK ", "(NOT ", "(a)", ")"),
    "defaults": ("CREATE TABLE t (a int DEFAULT ", "f(", "1", ")"),
    "joins": ("SELECT * FROM ", "(a JOIN ", "b", " ON true)"),
    "indexes": ("CREATE INDEX ON t (", "(", "a", ")"),
    "policies": ("CREATE POLICY p ON t USING (", "(", "a", ")"),
    "withs": ("", "WITH w AS (", "SELECT 1", ") SELECT 2"),
    "blocks": ("DO $$ ", "BEGIN ", "NULL;", " END;"),
    "loops": ("DO $$ BEGIN ", "LOOP ", "NULL;", " END LOOP;"),
    "explains": ("", "EXPLAIN ANALYZE ", "SELECT 1", ""),
}
CLOSING = {"defaults": ")", "indexes": ")", "policies": ")", "blocks": " $$", "loops": " END $$"}


def nested(name: str, levels: int) -> str:
    start, opening, middle, closing = DEEP[name]
    return start + opening * levels + middle + closing * levels + CLOSING.get(name, "")


@pytest.mark.parametrize("name", DEEP)
def test_a_hundred_levels_are_read(name):
    for levels in (1, 100):
        assert read(nested(name, levels)) == 1


@pytest.mark.parametrize("name", DEEP)
def test_a_hundred_levels_of_which_one_is_not_closed_are_read(name):
    text = nested(name, 100)
    for cut in range(len(text) - 30, len(text)):
        read(text[:cut])


@pytest.mark.parametrize("quote", ["dollar", "single"])
def test_bodies_inside_bodies_are_read(quote):
    text = "SELECT 1"
    for level in range(100 if quote == "dollar" else 12):  # quotes double at each level
        body = f"BEGIN {text}; END"
        text = f"DO $a{level}${body}$a{level}$" if quote == "dollar" else "DO '" + body.replace("'", "''") + "'"
    assert read(text) == 1


# --- size ---

LARGE = {
    "statements": ("", "ALTER TABLE t ADD COLUMN a int DEFAULT 1;\n", ""),
    "comments": ("", "-- a comment\n/* another */\n", ""),
    "rows": ("INSERT INTO t VALUES (1)", ", (1, 'text', now())", ""),
    "columns": ("CREATE TABLE t (a int", ", b text NOT NULL DEFAULT 'x' CHECK (b <> '')", ")"),
    "actions": ("ALTER TABLE t ADD a int", ", ADD COLUMN b int", ""),
    "string": ("SELECT '", "it''s a long string ", "'"),
    "names": ("DROP TABLE a", ", schema_name.table_name", ""),
    "labels": ("CREATE TYPE e AS ENUM ('a'", ", 'another label'", ")"),
    "bodies": ("", "DO $$ BEGIN PERFORM f(1); END $$;\n", ""),
    "one body": ("DO $$ BEGIN ", "PERFORM f(1); -- a\n", "END $$"),
    "one quoted body": ("DO 'BEGIN ", "PERFORM f(''a''); ", "END'"),
    "steps of SQL": ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ", "SELECT f('a'); ", "END"),
    "joins": ("SELECT * FROM t", " JOIN u ON a = b", ""),
    "operators": ("SELECT 1", " + f(a)", ""),
    "open parentheses": ("SELECT ", "(", ""),
    "open brackets": ("SELECT ", "a[", ""),
    "closing parentheses": ("SELECT ", ")", ""),
    "cases": ("SELECT ", "CASE WHEN a THEN ", ""),
    "ends": ("SELECT ", "END ", ""),
    "withs": ("", "WITH a AS (", ""),
    "dots": ("DROP TABLE a", ".a", ""),
    "open defaults": ("CREATE TABLE t (", "a int DEFAULT (", ""),
    "open blocks": ("DO $$ ", "BEGIN ", "$$"),
    "parameters": ("SELECT $1", ", $1", ""),
    "quotes and dollars": ("SELECT ", "a$1 $1a ", ""),
    "backslashes": ("SELECT E'", "\\\\\\'", "'"),
}


def repeated(name: str, length: int) -> str:
    start, part, end = LARGE[name]
    return start + part * (length // len(part)) + end


def seconds(text: str) -> float:
    # The collector goes through all that the other tests have left, at times of its own.
    gc.disable()
    try:
        started = time.process_time()
        read(text)
        return time.process_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("name", LARGE)
def test_four_times_the_text_takes_about_four_times_as_long(name):
    small, large = (repeated(name, length) for length in (8_000, 32_000))
    read(small)  # imports
    once, four_times = (min(seconds(text) for _ in range(3)) for text in (small, large))
    assert four_times < 9 * once + 0.02


def test_ten_thousand_statements_are_read():
    assert read("ALTER TABLE t ADD COLUMN a int;\n" * 10_000) == 10_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["statements", "rows", "one body", "string", "open parentheses"])
def test_a_file_of_five_megabytes_is_read_within_a_minute(name):
    assert seconds(repeated(name, 5_000_000)) < 60
