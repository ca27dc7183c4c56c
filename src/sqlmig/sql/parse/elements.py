"""The elements of an index, which EXCLUDE, PARTITION BY and ON CONFLICT have too: a column or an expression each."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Expression, IndexElement
from sqlmig.sql.parse.expressions import between, parenthesised
from sqlmig.sql.parse.keywords import NOT_A_COLUMN, RESERVED
from sqlmig.sql.parse.pieces import expect_one_of, identifier, in_parentheses, name, options
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind


def index_elements(r: Reader) -> tuple[IndexElement, ...]:
    """Read elements in parentheses: `(a, lower(b) COLLATE "C" text_pattern_ops DESC, (c + d))`."""
    return in_parentheses(r, index_element)


def index_element(r: Reader) -> IndexElement:
    """Read one element with all that may stand behind it (index_elem)."""
    found = partition_element(r)
    given = options(r) if found.opclass is not None and r.is_symbol("(") else ()
    descending = r.one_of("asc", "desc") == "desc"
    first = expect_one_of(r, "first", "last") == "first" if r.accept("nulls") else None
    return found.replaced(opclass_options=given, descending=descending, nulls_first=first)


def partition_element(r: Reader) -> IndexElement:
    """Read one key of PARTITION BY: an element without options and without an order (part_elem)."""
    column, expression = key(r)
    collation = name(r) if r.accept("collate") else None
    opclass = name(r) if _opclass_follows(r) else None
    return IndexElement(column=column, expression=expression, collation=collation, opclass=opclass)


def key(r: Reader) -> tuple[str | None, Expression | None]:
    """Read a column, the call of a function, or an expression in parentheses."""
    if r.is_symbol("("):
        return None, parenthesised(r)
    first = r.index
    if call(r):
        return None, between(r, first, r.index)
    return identifier(r), None


def call(r: Reader) -> bool:
    """Step over the call of a function, if one comes next; the grammar writes some without parentheses."""
    first = r.index
    if r.accept("collation", "for"):
        return r.pair()
    if r.one_of(*_WITHOUT_PARENTHESES):
        r.pair()
        return True
    if r.word not in RESERVED or r.word == "cast":
        while r.any_word() is not None and r.symbol("."):
            pass
        if r.is_symbol("("):
            return r.pair()
    r.back(first)
    return False


_WITHOUT_PARENTHESES: Final = (
    *("current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp"),
    *("current_user", "localtime", "localtimestamp", "session_user", "system_user", "user"),
)


def _opclass_follows(r: Reader) -> bool:
    if r.next is None or r.next.kind not in (Kind.WORD, Kind.IDENTIFIER) or r.word in NOT_A_COLUMN:
        return False
    return r.word != "nulls" or r.word_ahead(1) not in ("first", "last")
