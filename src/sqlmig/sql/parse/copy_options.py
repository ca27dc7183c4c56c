"""What stands behind the file of COPY: options in parentheses, or as words of their own as before PostgreSQL 9.0."""

from __future__ import annotations

from sqlmig.sql.parse.pieces import expect, identifiers, in_parentheses, is_string, label, number, string
from sqlmig.sql.parse.settings import boolean_or_string
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind


def copy_options(r: Reader) -> None:
    """Read the options, if there are any (copy_options)."""
    if r.is_symbol("("):
        in_parentheses(r, _option)
        return
    while _old_option(r):
        pass


def _option(r: Reader) -> None:
    label(r)
    if r.is_symbol("("):
        in_parentheses(r, boolean_or_string)
    elif r.symbol("*") or r.accept("default") or r.next is None or r.next.text in (",", ")"):
        pass
    elif r.next.kind in (Kind.WORD, Kind.IDENTIFIER) or is_string(r.next):
        boolean_or_string(r)
    else:
        number(r)


def _old_option(r: Reader) -> bool:
    match r.one_of("binary", "freeze", "csv", "header", "delimiter", "null", "quote", "escape", "encoding", "force"):
        case "":
            return False
        case "binary" | "freeze" | "csv" | "header":
            pass
        case "force":
            if not r.accept("quote"):
                r.accept("not")
                expect(r, "null")
            if not r.symbol("*"):
                identifiers(r)
        case word:
            if word != "encoding":
                r.accept("as")
            string(r)
    return True
