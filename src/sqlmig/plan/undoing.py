"""Which copies a file's statements call for: what they destroy of tables that were there before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import Rename
from sqlmig.sql.operations.rows import Delete, Truncate
from sqlmig.sql.operations.tables import AlterColumnType, DropColumn, DropTable, RenameColumn
from sqlmig.sql.parser import parse
from sqlmig.sql.reader import Name
from sqlmig.sql.statements import Statement


class Destroys(Enum):
    """What a statement destroys of a table."""

    TABLE = "table"
    ROWS = "rows"
    COLUMN = "column"
    TYPE = "type"
    """The values that a column had before its type was changed."""


@dataclass(frozen=True, slots=True)
class CopyWanted:
    """What is copied before a file runs."""

    statement: int
    """The number of the statement that destroys it, from 0."""
    destroys: Destroys
    table: Name
    columns: tuple[str, ...] = ()
    """Of COLUMN and TYPE; empty for whole rows."""


def copies_for(statements: Iterable[Statement]) -> tuple[CopyWanted, ...]:
    """The copies that a file calls for, one for a table and what is destroyed of it.

    A copy is made before the whole file, which is what a rollback goes back to: under the names from before it. What a
    statement destroys that is not understood is not copied, and of a CASCADE only the rows that a DELETE takes along.
    """
    wanted: dict[tuple[Name, Destroys], CopyWanted] = {}
    whole: set[Name] = set()
    former = _Former({}, {})
    for number, statement in enumerate(statements):
        for operation in parse(statement):
            former.follow(operation)
            for destroys, renamed, columns_now in _destroyed(operation):
                table = former.table(renamed)
                columns = tuple(former.column(table, column) for column in columns_now)
                key = (table, destroys)
                known = wanted.get(key)
                together = tuple(dict.fromkeys((*(known.columns if known else ()), *columns)))
                wanted[key] = CopyWanted(known.statement if known else number, destroys, table, together)
                if destroys is Destroys.TABLE:
                    whole.add(table)
    # Where a table goes, its rows and columns go with it.
    return tuple(one for one in wanted.values() if one.destroys is Destroys.TABLE or one.table not in whole)


@dataclass(frozen=True, slots=True)
class _Former:
    """The names that tables and columns had before the file."""

    tables: dict[Name, Name]
    columns: dict[tuple[Name, str], str]
    """By the former table, and the new name."""

    def follow(self, operation: Operation) -> None:
        match operation:
            case Rename(kind=Kind.TABLE, name=name, new=new):
                self.tables[Name(name.schema, new)] = self.tables.pop(name, name)
            case RenameColumn(table=renamed, name=old, new=new):
                table = self.table(renamed)
                self.columns[table, new] = self.columns.pop((table, old), old)
            case _:
                pass

    def table(self, name: Name) -> Name:
        return self.tables.get(name, name)

    def column(self, table: Name, name: str) -> str:
        return self.columns.get((table, name), name)


def _destroyed(operation: Operation) -> Iterable[tuple[Destroys, Name, tuple[str, ...]]]:
    match operation:
        case DropTable(table=table, foreign=False):
            yield Destroys.TABLE, table, ()
        case Truncate(tables=tables):
            yield from ((Destroys.ROWS, table, ()) for table in tables)
        case Delete(table=table):
            yield Destroys.ROWS, table, ()
        case DropColumn(table=table, column=column):
            yield Destroys.COLUMN, table, (column,)
        case AlterColumnType(table=table, column=column):
            yield Destroys.TYPE, table, (column,)
        case _:
            return
