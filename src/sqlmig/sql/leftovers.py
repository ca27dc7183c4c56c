"""What a statement that runs outside a transaction leaves in the catalog, whether it finished or died half way.

After a crash nobody can say how far such a statement came. What it leaves tells the runner where to look.
"""

from dataclasses import dataclass
from typing import Literal

from sqlmig.sql.concurrent import create_index, detach_partition, drop_index, reindex
from sqlmig.sql.reader import Reader
from sqlmig.sql.statements import Statement


@dataclass(frozen=True, slots=True)
class IndexBuilt:
    """CREATE INDEX CONCURRENTLY: the index is there and valid when it finished, there and INVALID when it died."""

    schema: str | None
    """An index lives in its table's schema; None: the first of the search path."""
    name: str | None
    """None: PostgreSQL chose it."""
    table_schema: str | None
    table: str


@dataclass(frozen=True, slots=True)
class IndexDropped:
    """DROP INDEX CONCURRENTLY: the index is gone when it finished, still there and perhaps INVALID when it died."""

    schema: str | None
    name: str


@dataclass(frozen=True, slots=True)
class IndexRebuilt:
    """REINDEX CONCURRENTLY: INVALID indexes named ..._ccnew or ..._ccold stay behind when it died."""

    kind: Literal["index", "table", "schema", "database"]
    schema: str | None
    name: str | None
    """None: the database in use."""


@dataclass(frozen=True, slots=True)
class EnumLabelAdded:
    """ALTER TYPE ... ADD VALUE: the label is there when it finished."""

    type_schema: str | None
    type: str
    label: str


@dataclass(frozen=True, slots=True)
class PartitionDetached:
    """DETACH PARTITION CONCURRENTLY: no longer a child when it finished, a child with a pending detach when it died."""

    parent_schema: str | None
    parent: str
    child_schema: str | None
    child: str


@dataclass(frozen=True, slots=True)
class Rerunnable:
    """Running it again does no harm, and ends in the same state."""


Leftover = IndexBuilt | IndexDropped | IndexRebuilt | EnumLabelAdded | PartitionDetached | Rerunnable


def leaves(s: Statement) -> Leftover | None:
    """What the statement leaves behind; None when its outcome cannot be found out from the catalog."""
    return _index(s) or _partition(s) or _label(s) or (Rerunnable() if _rerunnable(s) else None)


def _index(s: Statement) -> IndexBuilt | IndexDropped | IndexRebuilt | None:
    if (built := create_index(s)) is not None and built.keyword:
        table = built.table
        return IndexBuilt(table.schema, built.name, table.schema, table.name)
    if (dropped := drop_index(s)) is not None and dropped.keyword and len(dropped.names) == 1:
        return IndexDropped(dropped.names[0].schema, dropped.names[0].name)
    if (rebuilt := reindex(s)) is not None and rebuilt.concurrently and rebuilt.kind != "system":
        schema, name = (rebuilt.name.schema, rebuilt.name.name) if rebuilt.name else (None, None)
        return IndexRebuilt(rebuilt.kind, schema, name)
    return None


def _partition(s: Statement) -> PartitionDetached | None:
    detached = detach_partition(s)
    if detached is None or not detached.mode:
        return None
    parent, child = detached.parent, detached.child
    return PartitionDetached(parent.schema, parent.name, child.schema, child.name)


def _label(s: Statement) -> EnumLabelAdded | None:
    reader = Reader(s.tokens)
    if not reader.accept("alter", "type") or (kind := reader.name()) is None or not reader.accept("add", "value"):
        return None
    reader.accept("if", "not", "exists")
    label = reader.string()
    return None if label is None else EnumLabelAdded(kind.schema, kind.name, label)


def _rerunnable(s: Statement) -> bool:
    reader = Reader(s.tokens)
    if reader.accept("refresh", "materialized", "view"):
        return True
    if reader.accept("alter", "system"):
        return True
    verb = reader.one_of("vacuum", "analyze", "analyse", "reindex", "cluster", "checkpoint", "discard", "set", "reset")
    return bool(verb)
