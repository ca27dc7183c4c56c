"""The way from a statement to the function that reads it, and what never happens: an error, a hang, a guess."""

from __future__ import annotations

from importlib import import_module

import postgast
import pytest
from postgast import pg_query_pb2 as pg

from oracle.trees import REFUSALS, parsed
from sqlmig.sql import parser
from sqlmig.sql.operations.base import Unknown
from sqlmig.sql.parse import keywords
from sqlmig.sql.statements import split


def test_every_reader_is_there():
    for words, reader in parser.READERS.items():
        module, function = reader.split(":")
        assert callable(getattr(import_module(f"sqlmig.sql.parse.{module}"), function)), words


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "FROB THE TABLE",
            "CREATE",
            "ALTER",
            "DROP",
            "CREATE OR REPLACE",
            "CREATE TEMP",
            "1",
            "'a'",
            ")",
            "(",
            "[)",
            "$1",
        ),
        *("ALTER TABLE", "SELECT (1", "CREATE TABLE t (a int", "CREATE TABLE t (a int))", "CREATE TABLE t (a int[1)]"),
    ],
)
def test_what_is_no_statement_is_unknown_somewhere_inside_of_it(read, sql):
    with pytest.raises(REFUSALS):
        parsed(sql)
    [unknown] = read(sql)
    assert isinstance(unknown, Unknown)
    assert unknown.reason
    assert 0 <= unknown.at < len(sql)


def test_offsets_count_in_the_whole_text():
    text = "-- ä\nSELECT 1;\n  ALTER TABLE t ADD a int DEFAULT 5 + 5, DROP b;"
    _, statement = split(text)
    add, drop = parser.parse(statement)
    default = add.column.default
    assert text[default.start : default.start + len(default.text)] == "5 + 5"
    assert text[add.at :].startswith("ADD")
    assert text[drop.at :].startswith("DROP b")
    assert text[add.table.at] == "t"


def test_a_name_is_cut_as_postgresql_does(read):
    found = read(f'DROP TABLE {"A" * 70}, "{"É" * 40}"')
    assert [operation.table.name for operation in found] == ["a" * 63, "É" * 31]


def test_the_keywords_are_those_of_the_server():
    kinds = {pg.RESERVED_KEYWORD: set(), pg.COL_NAME_KEYWORD: set(), pg.TYPE_FUNC_NAME_KEYWORD: set()}
    for token in pg.Token.keys():  # noqa: SIM118  (it is no mapping)
        for word in {token.lower(), token.lower().removesuffix("_p")}:
            found = postgast.scan(word).tokens
            if len(found) == 1 and found[0].keyword_kind in kinds:
                kinds[found[0].keyword_kind].add(word)
    assert kinds == {
        pg.RESERVED_KEYWORD: keywords.RESERVED,
        pg.COL_NAME_KEYWORD: keywords.COLUMN_NAMES,
        pg.TYPE_FUNC_NAME_KEYWORD: keywords.FUNCTION_NAMES,
    }


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t ADD CHECK " + "(" * 20000,
        "ALTER TABLE t " + ", ".join(["FROB"] * 20000),
        "ALTER TABLE t ADD CHECK (" + "(" * 20000 + "a" + ")" * 20000 + ")",
        "CREATE TABLE t (" + ", ".join(f"c{number} int" for number in range(20000)) + ")",
        "CREATE TABLE t (a int" + " CHECK (a > 0) REFERENCES u DEFERRABLE" * 5000 + ")",
        "ALTER TABLE t ALTER a SET DEFAULT " + "CASE " * 20000,
    ],
    ids=["unclosed", "unknown actions", "nested", "columns", "qualifiers", "cases"],
)
def test_size_does_no_harm(read, sql):
    assert read(sql)
