"""Columns and NOT NULL, as CREATE TABLE and ALTER TABLE make them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlmig.sql.definitions import Column, Generated, NotNull, TypeName
from sqlmig.sql.operations.tables import AlterTable
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.draft import Draft
from sqlmig.sql.schema.naming import choose_name
from sqlmig.sql.schema.objects import Sequence
from sqlmig.sql.schema.tables import Table, TableColumn


def family(draft: Draft, operation: AlterTable) -> list[Table]:
    """The table that an operation is about, then its partitions and heirs, unless ONLY is written."""
    table = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    if table is None:
        return []
    return [table] if operation.only else [table, *draft.state.descendants_of(table.name)]


def make_column(draft: Draft, table: Name, column: Column, others: Iterable[str] = ()) -> TableColumn:
    """A column as CREATE TABLE and ADD COLUMN make it, with its sequence if it needs one.

    Args:
        draft: where the sequence goes.
        table: the table that gets the column.
        column: what is written.
        others: the names of the table's other NOT NULL constraints.
    """
    type_name, sequence = draft.state.known_type(column.type), None
    serial = type_name is not None and type_name.serial
    if serial or column.identity is not None:
        sequence = make_sequence(draft, table, column.name, identity=not serial)
    if serial:
        type_name = TypeName(schema="pg_catalog", name=_SERIAL[type_name.name if type_name else ""])
    if type_name is not None and type_name.schema not in (None, "pg_catalog"):
        draft.depends(table, Name(type_name.schema, type_name.name))
    written = next((found for found in column.constraints if isinstance(found, NotNull)), None)
    not_null = column.not_null or sequence is not None or (written is not None and not written.not_valid)
    name = written.name if written is not None else None
    if name is None and (not_null or written is not None):
        name = not_null_name(table, column.name, others)
    generated = Generated.VIRTUAL if column.generated is Generated.UNSPECIFIED else column.generated
    return TableColumn(
        name=column.name,
        type=type_name,
        not_null=not_null,
        not_null_name=name,
        not_null_by=None if name is None else draft.origin,
        default=column.default,
        sequence=sequence,
        identity=column.identity,
        generated=generated,
        expression=column.expression,
        collation=column.collation,
        made_by=draft.origin,
    )


_SERIAL: Final = {
    "serial": "int4",
    "serial4": "int4",
    "bigserial": "int8",
    "serial8": "int8",
    "smallserial": "int2",
    "serial2": "int2",
}


def make_sequence(draft: Draft, table: Name, column: str, *, identity: bool) -> Name:
    """The sequence of a serial or identity column."""
    name = draft.relation_name(table.schema, table.name, column, "seq")
    draft.put_sequence(Sequence(name=name, owned_by=(table, column), identity=identity, made_by=draft.origin))
    draft.depends(table, name)
    return name


def not_null_name(table: Name, column: str, others: Iterable[str]) -> str:
    """The name that a NOT NULL constraint gets; names of other tables are not looked at."""
    taken = frozenset(others)
    return choose_name(table.name, column, "not_null", taken.__contains__)


def not_null_names(table: Table) -> list[str]:
    """The names of a table's NOT NULL constraints."""
    return [column.not_null_name for column in table.columns if column.not_null_name is not None]


def make_not_null(
    draft: Draft, tables: Iterable[Table], columns: Iterable[str], *, name: str | None = None, valid: bool = True
) -> None:
    """Make columns of a table, then of its partitions and heirs, NOT NULL, by one name where they are not already."""
    names = dict.fromkeys(columns, name)
    for table in tables:
        changed = draft.state.tables.get(table.name, table)
        for column in names:
            known = changed.column(column) or TableColumn(name=column, known_from_creation=False)
            if known.not_null and known.not_null_name is not None:
                names[column] = names[column] or known.not_null_name
                continue
            chosen = known.not_null_name or names[column]
            if chosen is None:
                chosen = not_null_name(table.name, column, not_null_names(changed))
            names[column] = names[column] or chosen
            by = draft.origin if known.not_null_name is None else known.not_null_by
            made = known.replaced(not_null=known.not_null or valid, not_null_name=chosen, not_null_by=by)
            changed = with_column(changed, made)
        if changed is not draft.state.tables.get(table.name):
            draft.put_table(changed)


def with_column(table: Table, column: TableColumn, *, instead_of: str | None = None) -> Table:
    """The table with a column changed, or added when it has none of that name."""
    name = instead_of or column.name
    if table.column(name) is None:
        return table.replaced(columns=(*table.columns, column))
    return table.replaced(columns=tuple(column if old.name == name else old for old in table.columns))
