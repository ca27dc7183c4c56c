"""What a file adds to the schema: its new tables, and the columns that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.words import made_here
from sqlmig.sql.definitions import Column, TypeName
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import AddColumn, CreateTable
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Index, Table, TableColumn
from sqlmig.sql.schema.texts import type_text


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column that a file adds."""

    table: Table
    """As it is at the end of the file."""
    column: TableColumn
    """The same."""
    written: Column
    context: Context

    @property
    def words(self) -> str:
        """`deals.title`."""
        return f"{self.context.shown(self.table.name)}.{quote_ident(self.column.name)}"


def new_tables(file: FileContext) -> Iterator[tuple[Table, Context]]:
    """The tables that a file makes for good, with the schema of its own choice.

    Not temporary and foreign tables, nor partitions, which are as their parent is; and none of a down file, which
    gives back what was there.
    """
    if is_down(file.file):
        return
    for table, created in file.new_tables:
        if not table.temporary and not table.foreign and table.partition_of is None:
            yield table, file.context(created)


def new_columns(file: FileContext) -> Iterator[NewColumn]:
    """The columns of new tables that the file itself writes, not those that LIKE and INHERITS bring."""
    tables = {table.name for table, _ in new_tables(file)}
    return (added for added in added_columns(file) if added.table.name in tables)


def added_columns(file: FileContext) -> Iterator[NewColumn]:
    """The columns of new tables, and those that the file adds to others."""
    if is_down(file.file):
        return
    for occurrence in file.running(CreateTable, AddColumn):
        operation, context = occurrence.operation, file.context(occurrence)
        match operation:
            case CreateTable(partition_of=None, server=None):
                written = operation.columns
            case AddColumn():
                written = (operation.column,)
            case _:
                continue
        table = file.end.tables.get(_resolved(operation, context))
        for column in written if table is not None and not table.temporary else ():
            made = table.column(column.name) if table is not None else None
            if table is not None and made is not None and made_here(made.made_by, file):
                yield NewColumn(table, made, column, context)


def changed_tables(file: FileContext) -> Iterator[Table]:
    """The tables that a file makes or changes, as they are at its end."""
    return iter(file.changed_tables)


def added_indexes(file: FileContext) -> Iterator[Index]:
    """The indexes that a file makes, those of constraints included, as they are at its end."""
    return (index for index in file.changed_indexes if made_here(index.made_by, file))


def type_shown(type_name: TypeName, file: FileContext) -> str:
    """A type as the migration's author would write it."""
    return type_text(type_name.replaced(schema=None) if type_name.schema == file.file.schema else type_name)


def _resolved(operation: CreateTable | AddColumn, context: Context) -> Name:
    if isinstance(operation, CreateTable):
        return context.before.resolve_new(operation.table)
    return context.before.resolve(operation.table)
