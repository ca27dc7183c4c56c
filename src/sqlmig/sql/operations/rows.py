"""Operations on rows."""

from __future__ import annotations

from enum import Enum

from sqlmig.sql.definitions import Expression
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record


class Select(Operation):
    """A query: SELECT, VALUES, TABLE, WITH. A data-modifying WITH gives an operation of its own before it."""

    query: Expression


class OnConflict(Record):
    """ON CONFLICT (target) DO ..."""

    columns: tuple[str, ...] = ()
    """Plain columns of the target; expressions in it are left out."""
    predicate: Expression | None = None
    """WHERE behind the target: of a partial index."""
    constraint: str | None = None
    updates: bool = False
    """DO UPDATE, not DO NOTHING."""
    assigned: tuple[str, ...] = ()
    where: Expression | None = None
    """WHERE behind DO UPDATE SET."""


class Insert(Operation):
    """INSERT."""

    table: Name
    columns: tuple[str, ...] = ()
    source: Expression | None
    """From VALUES, SELECT or WITH to the end of the query; None for DEFAULT VALUES."""
    on_conflict: OnConflict | None = None
    statement: Expression
    """From the first word of the statement, WITH included."""

    @property
    def from_query(self) -> bool:
        """Whether the rows come from a query rather than from VALUES."""
        return self.source is not None and self.source.tokens[0].word != "values"


class Update(Operation):
    """UPDATE."""

    table: Name
    alias: str | None = None
    only: bool = False
    assigned: tuple[str, ...] = ()
    """The columns that are set, in order; one that is set twice stands twice."""
    sources: Expression | None = None
    """What stands behind FROM."""
    where: Expression | None = None
    """None without WHERE, and for WHERE CURRENT OF."""
    current_of: bool = False
    statement: Expression


class Delete(Operation):
    """DELETE."""

    table: Name
    alias: str | None = None
    only: bool = False
    sources: Expression | None = None
    """What stands behind USING."""
    where: Expression | None = None
    current_of: bool = False
    statement: Expression


class Merge(Operation):
    """MERGE."""

    table: Name
    alias: str | None = None
    source: Expression
    on: Expression
    actions: frozenset[str] = frozenset()
    """Of "insert", "update" and "delete"."""
    statement: Expression


class Truncate(Operation):
    """TRUNCATE."""

    tables: tuple[Name, ...]
    cascade: bool = False
    restart_identity: bool = False


class CopyEnd(Enum):
    """Where COPY reads from or writes to."""

    CLIENT = "client"
    """STDIN or STDOUT."""
    FILE = "file"
    PROGRAM = "program"


class Copy(Operation):
    """COPY."""

    table: Name | None
    """None when a query is copied."""
    query: Expression | None = None
    reads: bool
    """Whether rows come into the table (FROM)."""
    end: CopyEnd
