"""Keys that run out of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import NewColumn, new_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
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
        if kind in _LAST and (
            added.column.sequence is not None or _is_primary(added, file) or _refers_to_unknown(added, file)
        ):
            own = added.column.sequence is not None or _is_primary(added, file)
            yield Flag(
                f"{added.words} ends at {_LAST[kind]}: "
                + ("after that, each INSERT fails." if own else "rows with a greater key cannot be referred to."),
                "Make it a bigint:",
                f"{quote_ident(added.column.name)} {_bigint(added)}",
                at=added.written.at,
            )


def _is_primary(added: NewColumn, file: FileContext) -> bool:
    """Whether the column alone, or within a tenant, is the primary key, with values of its own."""
    key = added.table.primary_key
    if key is None or any(added.column.name in other.columns for other in added.table.foreign_keys):
        return False
    return {*key.columns} - {file.settings.tenant_column} == {added.column.name}


def _refers_to_unknown(added: NewColumn, file: FileContext) -> bool:
    """Whether it refers to a column whose type is not known here; for known types there is fk-type-mismatch."""
    for key in added.table.foreign_keys:
        definition = key.definition
        if isinstance(definition, ForeignKey) and added.column.name in definition.columns:
            pairs = dict(zip(definition.columns, definition.referenced_columns, strict=False))
            referenced = file.end.tables.get(definition.references)
            column = referenced.column(pairs.get(added.column.name, "")) if referenced is not None else None
            return column is None or column.type is None
    return False


def _bigint(added: NewColumn) -> str:
    """The type to write, a serial as a serial."""
    written = added.written.type
    return "bigserial" if written is not None and written.serial else "bigint"
