"""Names and literals, read and written as PostgreSQL does."""

import re
import sys
from collections.abc import Iterable
from typing import Final

from sqlmig.sql.tokens import Kind, Token

MAX_BYTES: Final = 63
"""What PostgreSQL keeps of a name, in UTF-8."""


def quote_ident(name: str) -> str:
    """Write a name as PostgreSQL's quote_ident does: in quotes only where it needs them."""
    if _SAFE.fullmatch(name) and name not in _QUOTED_KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_literal(value: str) -> str:
    """Write a value as PostgreSQL's quote_literal does: with E in front only where there is a backslash."""
    quoted = "'" + value.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in value else quoted


def fold(token: Token, escape: str = "\\") -> str:
    """The name that a word or a quoted identifier stands for, cut to 63 bytes.

    Args:
        token: a WORD or an IDENTIFIER.
        escape: the escape character of U&"...", which UESCAPE may change.
    """
    if token.kind is Kind.WORD:
        return truncate(token.word)
    name = token.text[token.text.index('"') + 1 : -1].replace('""', '"')
    return truncate(_decoded(name, escape) if token.text[0] in "uU" else name)


def truncate(name: str) -> str:
    """What PostgreSQL keeps of a name: its first 63 bytes, never half a character."""
    return name.encode()[:MAX_BYTES].decode(errors="ignore")


def string_value(*parts: Token, escape: str = "\\") -> str:
    """The characters that a string stands for; of a bit string, those between its quotes.

    Args:
        parts: a STRING, and those in which it goes on over the following lines.
        escape: the escape character of U&'...', which UESCAPE may change.
    """
    first = parts[0].text
    if first[0] == "$":
        tag = first.index("$", 1) + 1
        return first[tag:-tag]
    inside = "".join(part.text[part.text.index("'") + 1 : -1] for part in parts)
    if first[0] in "eE":
        return _ESCAPED.sub(_unescaped, inside)
    value = inside.replace("''", "'")
    return _decoded(value, escape) if first[0] in "uU" else value


def _decoded(text: str, escape: str) -> str:
    mark = re.escape(escape)
    codes = re.compile(rf"{mark}{mark}|(?:{mark}(?:[0-9a-fA-F]{{4}}|\+[0-9a-fA-F]{{6}}))+")
    return codes.sub(lambda found: _code_points(found[0], escape), text)


def _code_points(codes: str, escape: str) -> str:
    r"""The characters of \0061\+01F600, and the one of a doubled escape character."""
    if codes == escape * 2:
        return escape
    return _joined(int(code.lstrip("+"), 16) for code in codes.split(escape)[1:])


_ESCAPED: Final = re.compile(
    r"""
      ''
    | (?P<bytes>(?:\\[0-7]{1,3}|\\x[0-9a-fA-F]{1,2})+)
    | (?P<codes>(?:\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})+)
    | \\(?P<letter>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LETTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unescaped(found: re.Match[str]) -> str:
    """What one escape sequence of E'...' stands for, or a run of them that may be one character together."""
    match found.lastgroup:
        case "bytes":
            codes = found[0].split("\\")[1:]
            numbers = (int(code[1:], 16) if code[0] == "x" else int(code, 8) & 0xFF for code in codes)
            return bytes(numbers).decode(errors="replace")
        case "codes":
            return _joined(int(code[1:], 16) for code in found[0].split("\\")[1:])
        case "letter":
            return _LETTERS.get(found["letter"], found["letter"])
        case _:
            return "'"


def _joined(codes: Iterable[int]) -> str:
    """The characters of code points; surrogates in pairs are one, others and what is beyond Unicode are U+FFFD."""
    text = "".join(chr(code) if code <= sys.maxunicode else "\ufffd" for code in codes)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_SAFE: Final = re.compile(r"[a-z_][a-z0-9_]*")

# pg_get_keywords() of PostgreSQL 18, without the unreserved ones: quote_ident puts them in quotes.
_QUOTED_KEYWORDS: Final = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
    case cast char character check coalesce collate collation column concurrently constraint create cross
    current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
    decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
    freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
    interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query
    json_scalar json_serialize json_table json_value lateral leading least left like limit localtime
    localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on
    only or order out outer overlaps overlay placing position precision primary real references returning right
    row select session_user setof similar smallint some substring symmetric system_user table tablesample then
    time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when
    where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
    xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905  (a list of 164 strings is harder to read, and to compare with the server's)
)
