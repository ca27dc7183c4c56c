import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlmig.sql.tokens import Kind, SqlTextError, Token, lower, tokenize

LETTERS = {
    "W": Kind.WORD,
    "I": Kind.IDENTIFIER,
    "S": Kind.STRING,
    "N": Kind.NUMBER,
    "P": Kind.PARAMETER,
    "Y": Kind.SYMBOL,
    ";": Kind.SEMICOLON,
}


def spans_tile(text: str) -> bool:
    scanned = tokenize(text)
    spans = sorted((part.start, part.end) for part in (*scanned.tokens, *scanned.comments))
    at = 1 if text.startswith("\ufeff") else 0
    for start, end in spans:
        if start < at or end <= start or text[at:start].strip(" \t\n\r\f\v"):
            return False
        at = end
    return not text[at:].strip(" \t\n\r\f\v")


@pytest.mark.parametrize(
    ("text", "kinds", "tokens"),
    [
        pytest.param("ORDER  BY a", "WWW", "ORDER BY a", id="a keyword of two words is two words"),
        pytest.param("VACUUM (FULL) t", "WYWYW", "VACUUM ( FULL ) t", id="a command is words like any other"),
        pytest.param("in($1,$2)", "WYPYPY", "in ( $1 , $2 )", id="parameters are no dollar quote"),
        pytest.param("$1$", "PY", "$1 $", id="a number is no dollar tag"),
        pytest.param("$1$$;$$", "PS", "$1 $$;$$", id="a dollar quote right behind a parameter"),
        pytest.param("a$$b c$1$", "WW", "a$$b c$1$", id="dollars inside names"),
        pytest.param("$a b", "YWW", "$ a b", id="a dollar tag without its end"),
        pytest.param("$é$;$$;$é$", "S", "$é$;$$;$é$", id="a tag beyond ASCII and another tag inside"),
        pytest.param("é$$x$$", "W", "é$$x$$", id="a letter beyond ASCII begins a name"),
        pytest.param("a\u00a0b\u2003c", "W", "a\u00a0b\u2003c", id="spaces beyond ASCII are letters"),
        pytest.param("\ufeffa \ufeffb", "WW", "a \ufeffb", id="a byte order mark counts only at the start"),
        pytest.param(r"'\' 'a''b'", "SS", r"'\' 'a''b'", id="no escapes in a plain string"),
        pytest.param(r"E'\'' e'\\'", "SS", r"E'\'' e'\\'", id="escapes in an E string"),
        pytest.param("E 'a'", "WS", "E 'a'", id="E apart from its quote is a name"),
        pytest.param("E'a'\n '\\';'", "SS", r"E'a' '\';'", id="an E string that goes on keeps its escapes"),
        pytest.param("E'a' --;\n\n '\\';'", "SS", r"E'a' '\';'", id="an E string goes on behind a comment"),
        pytest.param(r"E'a' '\'", "SS", r"E'a' '\'", id="a string goes on only behind a line end"),
        pytest.param('U&\'\\\' u&"a""b"', "SI", 'U&\'\\\' u&"a""b"', id="strings and names with code points"),
        pytest.param("xU&\"a\" U& 'a'", "WYIWYS", "xU & \"a\" U & 'a'", id="an & that belongs to no quote"),
        pytest.param("N'a' b'01' X'zz'", "SSS", "N'a' b'01' X'zz'", id="prefixes, with valid digits or not"),
        pytest.param("B'0''1'", "SS", "B'0' '1'", id="quotes are not doubled in a bit string"),
        pytest.param("1..2 .5 1.5e-3 1.", "NYNNNN", "1 .. 2 .5 1.5e-3 1.", id="dots of numbers and of ranges"),
        pytest.param("1_000 0x1_F 0O17 0b1", "NNNN", "1_000 0x1_F 0O17 0b1", id="integers in all their forms"),
        pytest.param("1a 0x 1e", "NWNWNW", "1 a 0 x 1 e", id="a number ends where it is none"),
        pytest.param("a.1 a . b", "WNWYW", "a .1 a . b", id="dots behind names"),
        pytest.param("a=-1", "WYYN", "a = - 1", id="a sign is not part of the operator before it"),
        pytest.param("a@-1 *-+b", "WYNYYYW", "a @- 1 * - + b", id="unless that has an unusual character"),
        pytest.param("a->>b#>>c<->d||/e", "WYWYWYWYW", "a ->> b #>> c <-> d ||/ e", id="operators of any length"),
        pytest.param("a::b:=c=>d:e", "WYWYWYWYW", "a :: b := c => d : e", id="colons and arrows"),
        pytest.param("+--;\n*/*;*/-", "YYY", "+ * -", id="comments begin inside operators"),
        pytest.param("{{ a }} {% {# #}", "YYWYYYYYYYY", "{ { a } } { % { # # }", id="marks of Jinja mean nothing"),
        pytest.param("\\set `x` ? \x01 \x1c", "YWYWYYYY", "\\ set ` x ` ? \x01 \x1c", id="what is not SQL at all"),
        pytest.param(";a; ;", ";W;;", "; a ; ;", id="semicolons"),
    ],
)
def test_tokens_are_cut_as_postgresql_cuts_them(text, kinds, tokens):
    found = tokenize(text).tokens
    assert [token.text for token in found] == tokens.split(" ")
    assert [token.kind for token in found] == [LETTERS[letter] for letter in kinds]
    assert spans_tile(text)


@pytest.mark.parametrize("text", ["", " \t\r\n\f\v", "\ufeff", "\ufeff\n"])
def test_white_space_has_no_tokens(text):
    assert tokenize(text).tokens == tokenize(text).comments == ()


def test_offsets_count_characters_and_slice_the_source():
    text = "SELECT 'ä😀', \"ß\" -- é\n;"
    scanned = tokenize(text)
    assert all(text[part.start : part.end] == part.text for part in (*scanned.tokens, *scanned.comments))
    assert scanned.tokens[1] == Token(Kind.STRING, "'ä😀'", 7, 11)


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("a -- b\nc", ["-- b"]),
        ("a -- b\rc", ["-- b"]),
        ("--", ["--"]),
        ("/* a /* b */ ; */ c /*+ d */", ["/* a /* b */ ; */", "/*+ d */"]),
        ("/*/*;*/*/", ["/*/*;*/*/"]),
        ("/**/*/**/", ["/**/", "/**/"]),
        ("'--' \"/*\" $$--$$", []),
    ],
)
def test_comments_come_whole_and_never_out_of_quotes(text, comments):
    assert [comment.text for comment in tokenize(text).comments] == comments


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("a 'b", 2, "this string is not closed: its closing ' is missing"),
        ("a 'b''", 2, "this string is not closed: its closing ' is missing"),
        ("a E'b\\'", 2, "this string is not closed: its closing ' is missing"),
        ("E'a'\n'b\\'", 5, "this string is not closed: its closing ' is missing"),
        ("B'1", 0, "this string is not closed: its closing ' is missing"),
        ('a "b""', 2, 'this quoted identifier is not closed: its closing " is missing'),
        ('U&"b', 0, 'this quoted identifier is not closed: its closing " is missing'),
        ("DO $body$ $$ ", 3, "this dollar-quoted string is not closed: its closing $body$ is missing"),
        ("a /* b /* c */ d", 2, "this comment is not closed: its closing */ is missing"),
        ("a /*/", 2, "this comment is not closed: its closing */ is missing"),
        ("a\0b", 1, "U+0000 cannot be stored by PostgreSQL"),
        ("'\ud800'", 1, "U+D800 cannot be stored by PostgreSQL"),
    ],
)
def test_what_is_not_closed_is_named_where_it_starts(text, offset, message):
    with pytest.raises(SqlTextError) as raised:
        tokenize(text)
    assert (raised.value.offset, raised.value.message, str(raised.value)) == (offset, message, message)


def test_words_fold_their_ascii_letters_only():
    assert [token.word for token in tokenize("SELECT ÄÖi \"A\" 'B' 1").tokens] == ["select", "ÄÖi", "", "", ""]
    assert lower("ÀB") == "Àb"


# Text made of what matters to a scanner meets its branches far more often than text of any characters.
MARKS = ["--", "/*", "*/", "$$", "$a$", "$1", "E'", "U&'", 'U&"', "''", '""', "\\'", "SELECT", "END", "1e5"]
CHARACTERS = "aeEuUnNbBxX01_.$;:()[]{}'\"\\-+*/<=@#%&|?`, \t\n\r\f\v\u00a0\ufeffé表😀"
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from([*MARKS, *CHARACTERS]), max_size=40).map("".join))


def readable(text: str) -> str:
    """The text, or what stands before the part of it that cannot be read."""
    try:
        tokenize(text)
    except SqlTextError as error:
        return text[: error.offset]
    return text


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_tokens_tile_any_text_up_to_the_place_that_an_error_names(text):
    assert spans_tile(readable(text))


@pytest.mark.parametrize("opening", ["(", "[", "/*", "'", "$a$", "E'\\", "-", "1_", "a.", "E'a'\n", " \n--", "@-"])
def test_ten_thousand_of_anything_are_read_in_time(opening):
    began = time.process_time()
    assert spans_tile(readable("SELECT " + opening * 10_000))
    assert time.process_time() - began < 2
