import pytest

from sqlmig.sql.statements import split
from sqlmig.sql.tokens import SqlTextError


def test_a_statement_is_its_first_to_last_token_with_offsets_into_the_text():
    text = "/* head */ SELECT 'é' /* in */, 2 /* tail */ ; -- behind\n\n;; DROP TABLE t"
    first, second = split(text)
    assert (first.number, first.text) == (1, "SELECT 'é' /* in */, 2")
    assert (second.number, second.text) == (2, "DROP TABLE t")
    for statement in (first, second):
        assert text[statement.start : statement.end] == statement.text
        assert statement.tokens[0].start == statement.start
        assert statement.tokens[-1].end == statement.end
        assert all(text[token.start : token.end] == token.text for token in statement.tokens)


@pytest.mark.parametrize("text", ["", ";", " ;; -- nothing\n; /* at all */", "\ufeff"])
def test_empty_statements_are_none(text):
    assert split(text) == ()


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        pytest.param("-- a\n/* b */ SELECT 1", [["-- a", "/* b */"]], id="above the first"),
        pytest.param("SELECT 1;\n-- a\n\n-- b\nSELECT 2", [[], ["-- a", "-- b"]], id="above the next"),
        pytest.param("SELECT 1; -- a\n-- b\nSELECT 2", [[], ["-- b"]], id="behind the semicolon: the statement before"),
        pytest.param("SELECT 1; -- a\rSELECT 2", [[], []], id="a carriage return ends the line too"),
        pytest.param("SELECT 1; /* a */ -- b\nSELECT 2", [[], []], id="two behind the semicolon"),
        pytest.param("SELECT 1; /* a */ SELECT 2", [[], ["/* a */"]], id="between two statements on a line: the next"),
        pytest.param("SELECT 1; /* a\n */ SELECT 2", [[], []], id="from the line of the first to that of the second"),
        pytest.param("SELECT 1 -- a\n;\nSELECT 2", [[], []], id="in front of the semicolon: not the next"),
        pytest.param("SELECT 1\n-- a\n-- b\n; -- c\nSELECT 2", [[], []], id="lines in front of the semicolon"),
        pytest.param("SELECT 1;\n-- a\n;\n-- b\nSELECT 2", [[], ["-- a", "-- b"]], id="an empty statement has none"),
        pytest.param("SELECT /* a */ 1 -- b", [[]], id="inside and behind the last"),
    ],
)
def test_comments_belong_to_the_statement_below_them(text, comments):
    assert [[comment.text for comment in statement.comments] for statement in split(text)] == comments


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        pytest.param("SELECT (1;2; SELECT 3", ["SELECT (1;2; SELECT 3"], id="an open parenthesis"),
        pytest.param("SELECT 1); SELECT 2", ["SELECT 1)", "SELECT 2"], id="a superfluous one"),
        pytest.param("SELECT a[1;2]; b", ["SELECT a[1;2]", "b"], id="brackets"),
        pytest.param("BEGIN; ATOMIC; END", ["BEGIN", "ATOMIC", "END"], id="BEGIN and ATOMIC apart"),
        pytest.param("atomic; begin", ["atomic", "begin"], id="ATOMIC first of all"),
        pytest.param("BEGIN ATOMIC SELECT 1; END; c", ["BEGIN ATOMIC SELECT 1", "END", "c"], id="outside of a routine"),
        pytest.param(
            "CREATE FUNCTION f() BEGIN ATOMIC a; b", ["CREATE FUNCTION f() BEGIN ATOMIC a; b"], id="a body without END"
        ),
        pytest.param(
            "CREATE FUNCTION f(begin atomic); x", ["CREATE FUNCTION f(begin atomic)", "x"], id="in parentheses"
        ),
    ],
)
def test_text_that_postgresql_refuses_is_still_cut_in_a_known_way(text, statements):
    assert [statement.text for statement in split(text)] == statements


def test_ten_thousand_parentheses_are_one_statement():
    text = "SELECT " + "(" * 10_000 + ";" + ")" * 10_000
    assert [statement.text for statement in split(text + ";SELECT 1")] == [text, "SELECT 1"]


def test_an_open_quote_is_an_error():
    with pytest.raises(SqlTextError, match="this string is not closed: its closing ' is missing"):
        split("SELECT 'a; SELECT 2")
