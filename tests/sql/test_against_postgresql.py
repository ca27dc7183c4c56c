"""Tokens and statements, held against libpg_query: the scanner and the parser of PostgreSQL as a library."""

from collections.abc import Iterator
from pathlib import Path

import postgast
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlmig.sql.statements import split
from sqlmig.sql.tokens import Kind, tokenize

HERE = Path(__file__).parent
SCRIPT = (HERE / "forms.sql").read_text()
FORMS = dict(
    line.split("|", 1) for line in (HERE / "forms.txt").read_text().splitlines() if line and not line.startswith("#")
)

Span = tuple[str, str]
COMMENT = "comment"


def their_parts(text: str) -> Iterator[Span]:
    """What libpg_query's scanner finds: kind and text. N'a' is two tokens to it, and one to us."""
    raw = text.encode()
    prefix = ""
    for part in postgast.scan(text).tokens:
        name = postgast.pg_query_pb2.Token.Name(part.token)
        found = raw[part.start : part.end].decode()
        if found in ("N", "n") and raw[part.end : part.end + 1] == b"'":
            prefix = found
            continue
        yield their_kind(name, found), prefix + found
        prefix = ""


def their_kind(name: str, text: str) -> str:
    by_name = {
        **dict.fromkeys(("SCONST", "USCONST", "BCONST", "XCONST"), Kind.STRING.value),
        **dict.fromkeys(("ICONST", "FCONST"), Kind.NUMBER.value),
        **dict.fromkeys(("C_COMMENT", "SQL_COMMENT"), COMMENT),
        "UIDENT": Kind.IDENTIFIER.value,
        "PARAM": Kind.PARAMETER.value,
        "ASCII_59": Kind.SEMICOLON.value,
    }
    if name in by_name:
        return by_name[name]
    if text[0] == '"':
        return Kind.IDENTIFIER.value
    return Kind.WORD.value if text[0].isalpha() or text[0] == "_" else Kind.SYMBOL.value


def our_parts(text: str) -> Iterator[Span]:
    """What we find, in the order of the text. A string that goes on over lines is one token to libpg_query."""
    scanned = tokenize(text)
    parts = [(token.start, token.end, token.kind.value) for token in scanned.tokens]
    parts += [(comment.start, comment.end, COMMENT) for comment in scanned.comments]
    joined: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(parts):
        gap = text[joined[-1][1] : start] if joined else ""
        if joined and joined[-1][2] == kind == Kind.STRING.value and "\n" in gap and text[start] == "'":
            joined[-1] = (joined[-1][0], end, kind)
        else:
            joined.append((start, end, kind))
    return ((kind, text[start:end]) for start, end, kind in joined)


def their_statements(text: str) -> list[list[str]]:
    return [[token.text for token in tokenize(part).tokens] for part in postgast.split(text)]


def our_statements(text: str) -> list[list[str]]:
    return [[token.text for token in statement.tokens] for statement in split(text)]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_ddl_has_the_same_tokens_and_is_one_statement(name):
    assert list(our_parts(FORMS[name])) == list(their_parts(FORMS[name]))
    assert len(our_statements(FORMS[name])) == len(postgast.split(FORMS[name])) == 1


def test_the_forms_of_ddl_in_one_script_are_cut_apart():
    script = " ; -- next\n".join(FORMS.values())
    assert our_statements(script) == their_statements(script)
    assert len(FORMS) == 274


def test_hard_statements_have_the_same_tokens_and_ends():
    assert list(our_parts(SCRIPT)) == list(their_parts(SCRIPT))
    assert our_statements(SCRIPT) == their_statements(SCRIPT)


def test_hard_statements_with_other_line_ends_have_the_same_ends():
    script = SCRIPT.replace("\n", "\r\n")
    assert our_statements(script) == their_statements(script)


# A script is made of parts that are legal wherever they are put; what may break the cut stands inside the parts.
INSIDE = st.text(st.sampled_from(";'\"\\$-*/( )\nabE表é😀"), max_size=8)
TAGS = st.sampled_from(["", "a", "tag_1", "été", "_"])
STRINGS = st.one_of(
    INSIDE.map(lambda text: "'" + text.replace("'", "''") + "'"),
    INSIDE.map(lambda text: "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    INSIDE.map(lambda text: "U&'" + text.replace("\\", "\\0061").replace("'", "''") + "'"),
    st.tuples(TAGS, INSIDE).map(lambda pair: f"${pair[0]}${pair[1].replace('$', '')}${pair[0]}$"),
)
COLUMNS = st.one_of(
    INSIDE.map(lambda text: '"x' + text.replace('"', '""') + '"'),
    INSIDE.map(lambda text: 'U&"x' + text.replace("\\", "\\+000061").replace('"', '""') + '"'),
    st.sampled_from(["a", "a$b$", "größe", "x.end", "表.b", "now()", "a[1:2]", "1 - -1", "b::text", "$1"]),
)
GAPS = st.one_of(
    st.sampled_from([" ", "\n", "\t", "\r\n", " -- ;\n", "/*;*/", "/*/*;*/'*/", " --'\n", "/* -- */", "\f"]),
    INSIDE.map(lambda text: "/*" + text.replace("*", "").replace("/", "") + "*/"),
)
VALUES = st.one_of(STRINGS, COLUMNS)


@st.composite
def simple_statements(draw: st.DrawFn) -> str:
    one, other = draw(VALUES), draw(VALUES)
    gap = draw(GAPS)
    return draw(
        st.sampled_from(
            [
                f"SELECT{gap} {one},{gap}{other}",
                f"SELECT CASE WHEN{gap} {one} = {other} THEN 1{gap}ELSE CASE {one} WHEN 2 THEN 3 END END AS end",
                f"INSERT INTO t{gap}VALUES ({one},{gap}{other})",
                f"SELECT ({one}{gap},({other}))",
                f"DELETE FROM t WHERE a = {one} OR{gap} b ->> 1 = {other}",
            ]
        )
    )


@st.composite
def compound_statements(draw: st.DrawFn) -> str:
    inner = draw(st.lists(simple_statements(), max_size=3))
    gap = draw(GAPS)
    body = "".join(f"{statement};{gap}" for statement in inner)
    return draw(
        st.sampled_from(
            [
                f"CREATE FUNCTION f(){gap}RETURNS int LANGUAGE sql BEGIN{gap} ATOMIC {body} END",
                f"CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC {body}{gap}END",
                f"CREATE RULE r AS ON INSERT TO t DO{gap}ALSO (INSERT INTO u SELECT 1;{body} )",
                f"DO{gap}$outer$ BEGIN {body.replace('$', '')} END $outer$",
                "BEGIN",
                "END",
                "VACUUM t",
                "",
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(GAPS, st.one_of(simple_statements(), compound_statements())), max_size=5), GAPS)
def test_any_script_is_cut_where_postgresql_cuts_it(parts, last_gap):
    script = ";".join(gap + statement for gap, statement in parts) + last_gap
    assert list(our_parts(script)) == list(their_parts(script))
    assert our_statements(script) == their_statements(script)
