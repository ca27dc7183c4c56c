"""Quoting, folding and reading of names and literals, asked of the server that the tests run on."""

import pytest

from sqlmig.sql.identifiers import fold, quote_ident, quote_literal, string_value
from sqlmig.sql.tokens import tokenize

NAMES = ["a", "A", "_", "a1", "1a", "a$b", "é", "a b", 'a"b', "a'b", "a\\b", "", " ", "a\n", "😀", "pg_x", "a" * 63]
LITERALS = [
    "'it''s'",
    "'\\'",
    r"E'\b\f\n\r\t\\\'\z'''",
    r"E'\101\x42\xC3\xA9\u00e9\U0001F600\ud83d\ude00'",
    "U&'d\\0061t\\+01F600\\\\'",
    "N'a'",
    "$$a'b$$",
    "$t$ $$ $t$",
    "'a'\n'b'''",
    "E'a' -- and on\n '\\x42'",
    "U&'a'\n'\\0062'",
]
IDENTIFIERS = ["Deals", '"Deals"', '"a""b"', 'U&"d\\0061t\\+01F600"', "A" * 70, '"' + "é" * 40 + '"', "a$1", "größe"]


def test_every_keyword_is_quoted_as_the_server_quotes_it(connect):
    connection = connect()
    keywords = connection.execute("SELECT word, quote_ident(word) FROM pg_get_keywords()").fetchall()
    theirs = {quoted for _, quoted in keywords if quoted.startswith('"')}
    ours = {quoted for word, _ in keywords if (quoted := quote_ident(word)).startswith('"')}
    assert theirs <= ours
    # The list is that of PostgreSQL 18; older servers quote a few words less.
    if connection.info.server_version // 10000 == 18:
        assert theirs == ours


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_quoted_as_the_server_quotes_it(connect, name):
    assert connect().execute("SELECT quote_ident(%s)", [name]).fetchone() == (quote_ident(name),)


@pytest.mark.parametrize("value", NAMES)
def test_a_value_is_quoted_as_the_server_quotes_it(connect, value):
    assert connect().execute("SELECT quote_literal(%s)", [value]).fetchone() == (quote_literal(value),)


@pytest.mark.parametrize("literal", LITERALS)
def test_a_literal_is_read_as_the_server_reads_it(connect, literal):
    assert connect().execute(f"SELECT {literal}").fetchone() == (string_value(*tokenize(literal).tokens),)


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_a_name_is_folded_as_the_server_folds_it(connect, identifier):
    (token,) = tokenize(identifier).tokens
    assert connect().execute(f"SELECT 1 AS {identifier}").description[0].name == fold(token)
