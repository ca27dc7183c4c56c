from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlmig.sql.canonical import canonical
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import Kind

SCRIPT = (Path(__file__).parent / "forms.sql").read_text()
STATEMENTS = split(SCRIPT)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ORDER   BY a", "order by A"),
        ("a+b", "a + b"),
        ("x=-1", "x = - 1"),
        ("f(a,b)", "f ( a , b )"),
        ("a::text", "a :: text"),
        ("SELECT 1;;", "SELECT 1"),
        (";SELECT 1;\n;SELECT 2", "SELECT 1; SELECT 2;"),
        ("SELECT/**/1 -- one", "SELECT 1"),
        ("a\r\nb", "a\nb"),
        ("\ufeffSELECT 1", "SELECT 1"),
        ('"a"b', '"a" b'),
    ],
)
def test_layout_and_comments_do_not_count(text, same):
    assert canonical(text) == canonical(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("a - -1", "a--1"),
        ("E 'x'", "E'x'"),
        ("U& 'x'", "U&'x'"),
        ("'a' 'b'", "'a''b'"),
        ('"A"', "a"),
        ('"A"', '"a"'),
        ("'A'", "'a'"),
        ("'a  b'", "'a b'"),
        ("$$ a $$", "$$a$$"),
        ("$a$x$a$", "$b$x$b$"),
        ("a b", "ab"),
        ("1 .5", "1.5"),
        ("a < = b", "a <= b"),
        ("[a: :b]", "[a::b]"),
        ("É", "é"),
        ("SELECT 1; SELECT 2", "SELECT 1 SELECT 2"),
        ("SELECT 1; SELECT 2", "SELECT 2; SELECT 1"),
    ],
)
def test_what_means_something_else_is_something_else(text, other):
    assert canonical(text) != canonical(other)


PINNED_TABLE = 'create table "T" ( id int , n numeric ( 1 , 0 ) default - 1.5 , t text [ ] )'


@pytest.mark.parametrize(
    ("text", "algorithm_1"),
    [
        ("", ""),
        (" ; -- nothing\n", ""),
        (
            "SELECT 'a'\n  'b', 1..2, .5, 0x1F, 1_000, a->>-1",
            "select 'a'\n'b' , 1 .. 2 , .5 , 0x1F , 1_000 , a ->> - 1",
        ),
        ("N'x'||E'\\'' , U&\"d!0061t\" UESCAPE '!',$1", "N'x' || E'\\'' , U&\"d!0061t\" uescape '!' , $1"),
        ("a::text\nFROM x WHERE y@>'{}' AND ÄB=1E5", "a :: text from x where y @> '{}' and Äb = 1E5"),
        ("SELECT $q$ A $q$;;SELECT 1;", "select $q$ A $q$ ; select 1"),
        ('CREATE TABLE "T" (Id int,n numeric(1,0)DEFAULT -1.5,-- ; c\n t TEXT[] );', PINNED_TABLE),
    ],
)
def test_algorithm_1_never_changes(text, algorithm_1):
    """These outputs are what hashes in the histories of existing databases were made of."""
    assert canonical(text) == algorithm_1


def folded(statement: Statement) -> list[str]:
    return [token.word or token.text for token in statement.tokens]


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: f"{statement.number}")
def test_the_result_is_a_text_with_the_same_tokens(statement):
    (again,) = split(canonical(statement.text))
    assert folded(again) == folded(statement)
    assert canonical(again.text) == canonical(statement.text)


LINE_GAPS = st.sampled_from(["\n", "\t\n\f", "\r\n", " -- ;'\n", "\n--\n\v"])
GAPS = st.one_of(LINE_GAPS, st.sampled_from([" ", "\f", "/*;'*/", "/* /* $$ */ */", " \v"]))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_other_gaps_and_capitals_change_nothing(data):
    statement = data.draw(st.sampled_from(STATEMENTS))
    laid_out = ""
    before = None
    for token in statement.tokens:
        parts_of_one = before is not None and before.kind is token.kind is Kind.STRING
        laid_out += data.draw(LINE_GAPS if parts_of_one else GAPS)
        in_capitals = token.text.upper() if token.word and token.word.isascii() else token.text
        laid_out += data.draw(st.sampled_from([token.text, in_capitals]))
        before = token
    assert canonical(laid_out + data.draw(st.sampled_from(["", ";", " ; -- end"]))) == canonical(statement.text)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_another_token_changes_the_result(data):
    statement = data.draw(st.sampled_from(STATEMENTS))
    token = data.draw(st.sampled_from([token for token in statement.tokens if token.kind is not Kind.STRING]))
    other = data.draw(st.sampled_from(["other", '"other"', "99", "@@@", "", f"{token.text} other"]))
    start, end = token.start - statement.start, token.end - statement.start
    changed = f"{statement.text[:start]} {other} {statement.text[end:]}"
    assert canonical(changed) != canonical(statement.text)
