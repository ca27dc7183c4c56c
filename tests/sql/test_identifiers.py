import pytest

from sqlmig.sql.identifiers import fold, quote_ident, quote_literal, string_value, truncate
from sqlmig.sql.tokens import tokenize


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("deals", "deals"),
        ("_a1", "_a1"),
        ("name", "name"),
        ("select", '"select"'),
        ("int", '"int"'),
        ("authorization", '"authorization"'),
        ("Deals", '"Deals"'),
        ("a$b", '"a$b"'),
        ("1a", '"1a"'),
        ("a b", '"a b"'),
        ('a"b', '"a""b"'),
        ("é", '"é"'),
        ("a\n", '"a\n"'),
        ("", '""'),
    ],
)
def test_names_are_quoted_only_where_postgresql_quotes_them(name, quoted):
    assert quote_ident(name) == quoted


@pytest.mark.parametrize(
    ("value", "quoted"),
    [("", "''"), ("a", "'a'"), ("it's", "'it''s'"), ("a\\b", "E'a\\\\b'"), ("\\'", "E'\\\\'''"), ("é\n", "'é\n'")],
)
def test_values_are_quoted_as_postgresql_quotes_them(value, quoted):
    assert quote_literal(value) == quoted


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Deals", "deals"),
        ("ÄÖ", "ÄÖ"),
        ('"Deals"', "Deals"),
        ('"a""b"', 'a"b'),
        ('U&"d\\0061t\\+000061"', "data"),
        ('u&"a\\\\b"', "a\\b"),
        ('U&"\\d83d\\de00"', "😀"),
        ('U&"\\de00"', "\ufffd"),
        ('U&"\\+ffffff"', "\ufffd"),
        ('"a\\0061"', "a\\0061"),
        ("A" * 70, "a" * 63),
        ('"' + "é" * 32 + '"', "é" * 31),
    ],
)
def test_names_are_folded_decoded_and_cut_to_63_bytes(text, name):
    (token,) = tokenize(text).tokens
    assert fold(token) == name


def test_another_escape_character_decodes_code_points():
    (token,) = tokenize('U&"d!0061t!!\\0061"').tokens
    assert fold(token, "!") == "dat!\\0061"


def test_a_name_of_63_bytes_is_kept_whole():
    assert truncate("é" * 31 + "a") == "é" * 31 + "a"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s \\n'", "it's \\n"),
        ("N'a'", "a"),
        ("B'01'", "01"),
        ("$$a'b$$", "a'b"),
        ("$t$ $$ $t$", " $$ "),
        ("U&'d\\0061t\\+01F600\\\\'", "dat😀\\"),
        (r"E'\b\f\n\r\t\\\'\z'''", "\b\f\n\r\t\\'z'"),
        (r"E'\101\x42\xC3\xA9\u00e9\U0001F600\ud83d\ude00'", "ABéé😀😀"),
        (r"E'\777\xff'", "\ufffd\ufffd"),
        ("'a'\n'b'''", "ab'"),
        ("E'a'\n'\\x42'", "aB"),
        ("U&'a'\n'\\0062'", "ab"),
    ],
)
def test_strings_stand_for_what_postgresql_reads_in_them(text, value):
    assert string_value(*tokenize(text).tokens) == value
