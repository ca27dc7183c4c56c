"""Differences between two schemas: in words, and as the statements that drop what only one of them has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlmig.lint.context import File
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.difference import Difference


def in_words(found: Difference, file: File) -> str:
    """One object: `view deal_report`, `column deals.owner`, `constraint deals_owner_check of deals`."""
    if found.table is None:
        return f"{found.kind.value} {_name(found, file)}"
    table = _relation(found.table, file)
    if found.kind is Kind.COLUMN:
        return f"column {table}.{quote_ident(found.name)}"
    of = "" if found.kind is Kind.INDEX else f" of {table}"
    return f"{found.kind.value} {quote_ident(found.name)}{of}"


def dropping(differences: Iterable[Difference], file: File) -> str:
    """The statements that drop these objects; what others are made of comes last."""
    # What was made last may be made of what was made before.
    latest_first = [*differences][::-1]
    ordered = sorted(latest_first, key=lambda found: _rank(found.kind))
    return "\n".join(f"{_drop(found, file)};" for found in ordered)


_ORDER: Final = (
    Kind.VIEW,
    Kind.MATERIALIZED_VIEW,
    Kind.TRIGGER,
    Kind.POLICY,
    Kind.RULE,
    Kind.CONSTRAINT,
    Kind.INDEX,
    Kind.COLUMN,
    Kind.TABLE,
    Kind.FOREIGN_TABLE,
    Kind.FUNCTION,
    Kind.PROCEDURE,
    Kind.SEQUENCE,
)


def _rank(kind: Kind) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER) + (kind is Kind.SCHEMA)


def _drop(found: Difference, file: File) -> str:
    if found.table is None:
        return f"DROP {found.kind.value.upper()} {_name(found, file)}"
    table, name = _relation(found.table, file), quote_ident(found.name)
    match found.kind:
        case Kind.COLUMN | Kind.CONSTRAINT:
            return f"ALTER TABLE {table} DROP {found.kind.value.upper()} {name}"
        case Kind.INDEX:
            return f"DROP INDEX {_relation(Name(found.table.schema, found.name), file)}"
        case kind:
            return f"DROP {kind.value.upper()} {name} ON {table}"


def _name(found: Difference, file: File) -> str:
    """The name without the schema of the file's target."""
    return found.name.removeprefix(f"{quote_ident(file.schema)}.")


def _relation(name: Name, file: File) -> str:
    return quote_ident(name.name) if name.schema == file.schema else str(name)
