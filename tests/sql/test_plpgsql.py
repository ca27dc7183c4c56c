"""The reader of plpgsql, held against libpg_query: the same pieces of SQL, statement by statement."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import postgast
import pytest

from sqlmig.sql.offsets import read_string
from sqlmig.sql.plpgsql.found import Block, Piece
from sqlmig.sql.plpgsql.reading import read
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import Kind, tokenize

SAMPLES = {
    statement.comments[-1].text.removeprefix("-- "): statement
    for statement in split((Path(__file__).parent / "plpgsql.sql").read_text())
}
Words = tuple[str, ...]


def block_of(body: str, *names: str) -> Block:
    return read(tokenize(body).tokens, frozenset(names))


def pieces_of(body: str) -> list[tuple[str, str]]:
    return [(piece.use.value, " ".join(words(piece))) for step in block_of(body).steps for piece in step.pieces]


def words(piece: Piece) -> Words:
    return tuple(token.text for token in piece.tokens)


# --- the oracle ---


def body_of(statement: Statement) -> str:
    strings = [token for token in statement.tokens if token.kind is Kind.STRING]
    string = read_string(strings[-1:])
    assert string is not None
    return string[0]


def our_pieces(statement: Statement) -> Counter[Words]:
    """All pieces but those of which libpg_query keeps no words: COMMIT, ROLLBACK, RETURN of a variable."""
    block = block_of(body_of(statement))
    assert block.unread is None
    return Counter(
        words(piece)
        for step in block.steps
        for piece in step.pieces
        if step.tokens[0].word not in ("commit", "rollback")
        and not (step.tokens[0].word == "return" and block.names.issuperset(words(piece)))
    )


def their_pieces(statement: Statement) -> Counter[Words]:
    (function,) = postgast.parse_plpgsql(statement.text)
    return Counter(their_expressions(function, ""))


def their_expressions(node: Any, inside: str) -> Iterator[Words]:
    if isinstance(node, list):
        for item in node:
            yield from their_expressions(item, inside)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "PLpgSQL_expr":
                yield from as_written(value, inside)
            elif key not in ("var", "rec", "row", "target", "PLpgSQL_stmt_fetch"):  # the first four stand in datums
                yield from their_expressions(value, key if key != "expr" else inside)


ASSIGNMENT_MODES = (3, 4, 5)


def as_written(expression: dict[str, Any], inside: str) -> Iterator[Words]:
    """What libpg_query says, without what it adds: SELECT of PERFORM, the variable of CASE, the names of arguments."""
    found = tuple(token.text for token in tokenize(expression["query"]).tokens)
    if expression["parseMode"] in ASSIGNMENT_MODES:
        found = found[outside_brackets(found, ":=", "=")[0] + 1 :]
    if found[0].startswith('"__Case__Variable_'):
        found = found[3:-1]
    if inside == "argquery":
        commas = [-1, *outside_brackets(found, ","), len(found)]
        arguments = [found[one + 1 : other] for one, other in pairwise(commas)]
        yield from (argument[:-2] for argument in arguments if argument)
    else:
        yield found[1:] if inside == "PLpgSQL_stmt_perform" else found


def outside_brackets(found: Words, *wanted: str) -> list[int]:
    depths, depth = [], 0
    for word in found:
        depth += (word in "([") - (word in ")]")
        depths.append(depth)
    return [at for at, word in enumerate(found) if word in wanted and depths[at] == 0]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_pieces_of_sql_are_those_that_postgresql_finds(name):
    ours = our_pieces(SAMPLES[name])
    assert ours == their_pieces(SAMPLES[name])
    if name not in ("the smallest block", "only null"):
        assert ours


# --- what the oracle does not say ---


def test_a_statement_is_followed_from_its_first_word_to_its_last_and_knows_what_stands_in_front():
    body = "BEGIN <<l>> FOR r IN SELECT 1 LOOP x := f(1); IF a THEN PERFORM b(2); END IF; END LOOP l; END"
    found = [
        (body[step.tokens[0].start : step.tokens[-1].end], step.behind.text if step.behind else None)
        for step in block_of(body).steps
    ]
    assert found == [
        ("<<l>> FOR r IN SELECT 1", "BEGIN"),
        ("x := f(1)", "LOOP"),
        ("IF a", ";"),
        ("PERFORM b(2)", "THEN"),
    ]


@pytest.mark.parametrize(
    ("statement", "pieces"),
    [
        pytest.param("INSERT INTO t VALUES (1)", [("statement", "INSERT INTO t VALUES ( 1 )")], id="INSERT INTO"),
        pytest.param("SELECT a INTO b.c, $1, d FROM t", [("statement", "SELECT a FROM t")], id="SELECT INTO"),
        pytest.param("MERGE INTO t USING u ON true", [("statement", "MERGE INTO t USING u ON true")], id="MERGE INTO"),
        pytest.param("PERFORM a, b FROM t", [("expression", "a , b FROM t")], id="PERFORM"),
        pytest.param("EXECUTE a || b", [("string", "a || b")], id="EXECUTE"),
        pytest.param(
            "EXECUTE 'a' INTO STRICT x, y USING b, (c)",
            [("string", "'a'"), ("expression", "b"), ("expression", "( c )")],
            id="EXECUTE INTO USING",
        ),
        pytest.param("FOR i IN 1..2 LOOP END LOOP", [("expression", "1"), ("expression", "2")], id="FOR numbers"),
        pytest.param("FOR r IN TABLE t LOOP END LOOP", [("query", "TABLE t")], id="FOR rows"),
        pytest.param("FOR r IN t.c(1) LOOP END LOOP", [("expression", "1")], id="FOR a cursor"),
        pytest.param("FOR r IN d(1) LOOP END LOOP", [("query", "d ( 1 )")], id="FOR what is no cursor"),
        pytest.param("RETURN QUERY SELECT 1", [("query", "SELECT 1")], id="RETURN QUERY"),
        pytest.param("RETURN QUERY.x", [("expression", "QUERY . x")], id="a record that is called query"),
        pytest.param("RETURN", [], id="RETURN alone"),
        pytest.param("COMMIT AND CHAIN", [("statement", "COMMIT AND CHAIN")], id="COMMIT"),
        pytest.param("FETCH ALL IN c", [], id="FETCH"),
        pytest.param("new.a := 1", [("expression", "1")], id="a field"),
    ],
)
def test_plpgsql_does_with_each_piece_what_its_use_says(statement, pieces):
    assert pieces_of(f"DECLARE c CURSOR (n int) FOR SELECT 0; BEGIN {statement}; END")[1:] == pieces


def test_names_are_arguments_and_variables_of_every_block():
    body = """
        DECLARE a int; "B b" text; c CURSOR (d int, e numeric(2, 1)) FOR SELECT 1; F ALIAS FOR $1;
        BEGIN
          FOR i IN 1..2 LOOP DECLARE g int; BEGIN END; END LOOP;
          FOR h, r.field IN SELECT 1, 2 LOOP FOREACH j IN ARRAY h LOOP END LOOP; END LOOP;
        END
    """
    assert block_of(body, "k").names == {"a", "B b", "c", "f", "i", "g", "h", "j", "k"} | {"d", "e"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("~", "expected BEGIN, found the end", id="an empty body"),
        pytest.param("~SELECT 1;", "expected BEGIN, found 'SELECT'", id="SQL"),
        pytest.param("BEGIN NULL~;", "expected END, found the end", id="no END"),
        pytest.param("BEGIN NULL ~END;", "expected ;, found 'END'", id="no semicolon"),
        pytest.param("BEGIN ~; END", "expected a statement, found ';'", id="an empty statement"),
        pytest.param("BEGIN ~'x'; END", "expected a statement, found ''x''", id="a string"),
        pytest.param("BEGIN ~INTO x; END", "expected a statement, found 'INTO'", id="a reserved word"),
        pytest.param("BEGIN IF a~; END", "expected THEN, found ';'", id="no THEN"),
        pytest.param("BEGIN IF ~THEN END IF; END", "expected an expression, found 'THEN'", id="no condition"),
        pytest.param("BEGIN IF a THEN END ~LOOP; END", "expected IF, found 'LOOP'", id="another END"),
        pytest.param("BEGIN ~ELSE END", "expected a statement, found 'ELSE'", id="ELSE alone"),
        pytest.param("BEGIN ~WHEN a THEN END", "expected a statement, found 'WHEN'", id="WHEN alone"),
        pytest.param("BEGIN IF a THEN ~EXCEPTION END IF; END", "expected a statement", id="EXCEPTION in IF"),
        pytest.param("BEGIN x := (1~; END", "expected ;, found ';'", id="an open parenthesis"),
        pytest.param("BEGIN x := 1~); END", "expected ;, found ')'", id="a superfluous one"),
        pytest.param("BEGIN SELECT 1 INTO x ~INTO y; END", "INTO is written twice", id="INTO twice"),
        pytest.param("BEGIN SELECT 1 INTO ~1; END", "expected a variable, found '1'", id="INTO a number"),
        pytest.param("BEGIN FOR r LOOP END LOOP~; END", "expected IN, found ';'", id="FOR without IN"),
        pytest.param("BEGIN END; ~SELECT 1;", "expected the end, found 'SELECT'", id="more behind the end"),
        pytest.param("DECLARE ~; BEGIN END", "expected a name, found ';'", id="no name"),
        pytest.param("DECLARE x in~t", "expected = or := or DEFAULT or ;, found the end", id="no BEGIN"),
        pytest.param("DECLARE c CURSOR (~a ", "expected FOR or IS, found the end", id="open arguments"),
    ],
)
def test_what_postgresql_refuses_is_unread_from_where_it_shows(body, reason):
    before, after = body.split("~")
    with pytest.raises(postgast.PgQueryError):
        postgast.parse_plpgsql(f"DO $body${before}{after}$body$")
    unread = block_of(before + after).unread
    assert unread is not None
    assert unread.reason.startswith(reason)
    assert (before + after)[unread.at :].strip() == after.strip()


def test_what_stands_in_front_of_a_mistake_is_found():
    block = block_of("BEGIN DROP TABLE a; x := ; DROP TABLE b; END")
    assert [words(piece) for step in block.steps for piece in step.pieces] == [("DROP", "TABLE", "a")]
    assert block.unread is not None


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("BEGIN ", "END; "), ("IF true THEN ", "END IF; "), ("LOOP ", "END LOOP; "), ("CASE WHEN a THEN ", "END CASE; ")],
    ids=["blocks", "conditions", "loops", "cases"],
)
def test_statements_inside_each_other_do_not_reach_a_limit(opening, closing):
    body = "BEGIN " + opening * 5000 + "DROP TABLE t; " + closing * 5000 + "END"
    block = block_of(body)
    assert block.unread is None
    assert words(block.steps[-1].pieces[0]) == ("DROP", "TABLE", "t")
