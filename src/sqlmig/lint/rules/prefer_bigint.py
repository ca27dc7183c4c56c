"""Keys that run out of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import NewColumn, new_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.types import type_text
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.identifiers import quote_ident

_LAST = {"int2": "32767", "int4": "2147483647"}


@file_rule(severity=Severity.WARNING, pack=Pack.STYLE)
def prefer_bigint(file: FileContext) -> Iterator[Flag]:
    """A key of a new table, or a column with a sequence, of type integer or smallint.

    Effect: when the numbers are used up, each INSERT fails. A change to bigint then writes the table anew, while nobody
    can read or write it.

    Instead: bigint.

    Unless: it refers to a column that is known to be no bigint.
    """
    for added in new_columns(file):
        kind = added.column.type.builtin if added.column.type is not None else ""
        if kind in _LAST and (added.column.sequence is not None or _is_key(added, file)):
            yield Flag(
                f"{added.words} ends at {_LAST[kind]}: after that, each INSERT fails.",
                "Make it a bigint:",
                f"{quote_ident(added.column.name)} {_bigint(added)}",
                at=added.written.at,
            )


def _is_key(added: NewColumn, file: FileContext) -> bool:
    """Whether a column alone, or within a tenant, tells the rows of its table or of another one apart."""
    table, name, tenant = added.table, added.column.name, file.settings.tenant_column
    if any(name in key.columns and not _refers_to_smaller(key.definition, name, file) for key in table.foreign_keys):
        return True
    if any(name in key.columns for key in table.foreign_keys) or table.primary_key is None:
        return False
    return {*table.primary_key.columns} - {tenant} == {name}


def _refers_to_smaller(key: object, name: str, file: FileContext) -> bool:
    assert isinstance(key, ForeignKey)  # noqa: S101  what foreign_keys holds
    referenced = file.end.tables.get(key.references)
    pairs = dict(zip(key.columns, key.referenced_columns, strict=False))
    column = referenced.column(pairs.get(name, "")) if referenced is not None else None
    return column is not None and column.type is not None and column.type.builtin != "int8"


def _bigint(added: NewColumn) -> str:
    written = added.written.type
    return "bigserial" if written is not None and written.serial else type_text_bigint(added)


def type_text_bigint(added: NewColumn) -> str:
    del added
    return type_text.__name__
