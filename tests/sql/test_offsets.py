import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.sql.identifiers import string_value
from sqlmig.sql.offsets import IDENTITY, OffsetMap, read_string, relocated, shifted
from sqlmig.sql.operations.tables import DropTable
from sqlmig.sql.reader import Name
from sqlmig.sql.statements import split
from sqlmig.sql.tokens import Kind, Token, tokenize

IN_FRONT = "DO   "


def string_in(file: str) -> tuple[str, OffsetMap]:
    found = read_string([token for token in tokenize(file).tokens if token.text not in ("DO", ";")])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("written", "text", "places"),
    [
        pytest.param("$$ab$$", "ab", ["a", "b"], id="a dollar quote"),
        pytest.param("$tag$ab$tag$", "ab", ["a", "b"], id="a dollar quote with a tag"),
        pytest.param("'ab'", "ab", ["a", "b"], id="single quotes"),
        pytest.param("'a''b'", "a'b", ["a", "''", "b"], id="a doubled quote"),
        pytest.param("''''''", "''", ["''", "''"], id="nothing but quotes"),
        pytest.param("n'a''b'", "a'b", ["a", "''", "b"], id="national characters"),
        pytest.param(r"E'a\nb\\\'''c'", "a\nb\\''c", ["a", r"\n", "b", r"\\", r"\'", "''", "c"], id="escapes"),
        pytest.param(r"e'\x61\142c'", "abc", [r"\x61\142", r"\x61\142", "c"], id="bytes: together one writing"),
        pytest.param(r"E'\xc3\xa9b'", "éb", [r"\xc3\xa9", "b"], id="bytes of one character"),
        pytest.param(r"E'\u0061b\U0001F600'", "ab😀", [r"\u0061", "b", r"\U0001F600"], id="code points"),
        pytest.param(r"U&'a\0062''\\c\+01F600'", "ab'\\c😀", ["a", r"\0062", "''", "\\\\", "c", r"\+01F600"], id="U&"),
        pytest.param("u&'a!0062b!!' UESCAPE '!'", "abb!", ["a", "!0062", "b", "!!"], id="UESCAPE"),
        pytest.param("'ab'\n  'c''d'", "abc'd", ["a", "b", "c", "''", "d"], id="going on over lines"),
        pytest.param("E'a\\n'\n'\\nb'", "a\n\nb", ["a", r"\n", r"\n", "b"], id="escapes going on over lines"),
        pytest.param("'a''' || $$b$$ || E'\\n'", "a'b\n", ["a", "''", "b", r"\n"], id="joined"),
        pytest.param("'é😀''ü'", "é😀'ü", ["é", "😀", "''", "ü"], id="beyond ASCII"),
    ],
)
def test_each_character_of_a_string_has_the_place_where_it_is_written(written, text, places):
    file = IN_FRONT + written + " ;"
    found, map_ = string_in(file)
    assert found == text
    assert [file[map_.start(at) : map_.end(at + 1)] for at in range(len(text))] == places


@pytest.mark.parametrize("written", ["''", "$$$$", "E''", "'' || ''"])
def test_an_empty_string_has_a_place_between_its_quotes(written):
    text, map_ = string_in(IN_FRONT + written)
    assert text == ""
    assert (IN_FRONT + written)[map_.start(0) - 1] in "'$"


@pytest.mark.parametrize("written", ["a", "'a' b", "'a' || b", "f('a')", "||", "'a' ||", "1", "'a' UESCAPE"])
def test_what_is_not_one_string_alone_is_no_string(written):
    assert read_string(tokenize(written).tokens) is None


def test_only_what_is_written_as_it_is_everywhere_is_a_shift():
    assert string_in(f"{IN_FRONT}$a$ b $a$")[1].shift == len(IN_FRONT) + 3
    assert string_in(f"{IN_FRONT}'a'")[1].shift == len(IN_FRONT) + 1
    assert string_in(f"{IN_FRONT}'a''b'")[1].shift is None
    assert string_in(f"{IN_FRONT}'a'\n'b'")[1].shift is None


TEXTS = st.text(st.sampled_from("'\\\n abé😀"), max_size=30)


def doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def with_codes(text: str) -> str:
    return "U&'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def dollars(text: str) -> str:
    return f"$q{len(text)}${text}$q{len(text)}$"


QUOTES = st.sampled_from([doubled, escaped, with_codes, dollars])


@given(TEXTS, st.lists(QUOTES, min_size=1, max_size=3))
def test_a_string_inside_strings_has_the_places_of_the_outermost_text(text, quotes):
    file = text
    for quote in quotes:
        file = quote(file)
    found, map_ = file, IDENTITY
    for _ in quotes:
        string = read_string(tokenize(found).tokens)
        assert string is not None
        found, map_ = string[0], string[1].within(map_)
    assert found == text
    for at, character in enumerate(found):
        written = file[map_.start(at) : map_.end(at + 1)]
        for quote in quotes[::-1]:
            written = unquoted(written, quote)
        assert written == character


def unquoted(written: str, quote: object) -> str:
    prefix = {doubled: "", escaped: "E", with_codes: "U&"}.get(quote)
    return written if prefix is None else string_value(Token(Kind.STRING, f"{prefix}'{written}'", 0, 0))


def test_everything_that_has_an_offset_is_relocated():
    (statement,) = split("/* a */ DROP TABLE b")
    operation = DropTable(table=Name(None, "b", 19), at=8)
    by = shifted(100)
    moved = relocated(statement, by)
    assert (moved.start, moved.end, moved.text) == (108, 120, statement.text)
    assert [(token.start, token.end) for token in moved.tokens] == [(108, 112), (113, 118), (119, 120)]
    assert moved.comments[0].start == 100
    assert relocated(operation, by) == operation
    assert relocated((operation,), by)[0].at == 108
    assert relocated(operation, by).table.at == 119
    assert relocated(Name("a", "b"), by).at == -1
