"""The names that a file brings into the schema: of what it makes, and of what it renames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlmig.lint.additions import added_columns, changed_tables
from sqlmig.lint.context import FileContext
from sqlmig.lint.words import made_here, shown
from sqlmig.project.directives import FileKind
from sqlmig.sql.definitions import Check, ForeignKey, Unique
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.objects import Rename
from sqlmig.sql.operations.tables import RenameColumn, RenameConstraint
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.state import TEMPORARY
from sqlmig.sql.schema.tables import Origin, Table, TableConstraint


@dataclass(frozen=True, slots=True)
class Named:
    """One name."""

    kind: str
    """As `lint.naming` calls it."""
    name: str
    words: str
    """With the table it belongs to: `total of deals`."""
    at: int | None
    """Where the file says so; None when that is not known."""


def named_objects(file: FileContext) -> Iterator[Named]:
    """All names that are there at the end of a file and were not at its start, and that of the file itself."""
    if file.file.kind in (FileKind.UP, FileKind.REPEATABLE):
        name = PurePosixPath(file.file.path).name.removesuffix(".sql").removesuffix(".up")
        yield Named("migration", name, name, None)
    yield from _relations(file)
    for table in changed_tables(file):
        if not table.temporary:
            yield from _parts(table, file)


def _relations(file: FileContext) -> Iterator[Named]:
    """What is in a schema by its own name. Sequences and indexes of columns, constraints and partitions are not."""
    start, end = file.start, file.end
    found: list[tuple[str, Name, Origin | None]] = [
        *(("table", name, table.made_by) for name, table in _new(end.tables, start.tables)),
        *(("view", name, view.made_by) for name, view in _new(end.views, start.views)),
        *(("function", name, own[0].made_by) for name, own in _new(end.routines, start.routines)),
        *(
            ("sequence", name, sequence.made_by)
            for name, sequence in _new(end.sequences, start.sequences)
            if not _belongs_to_column(name, file)
        ),
        *(
            ("index", name, index.made_by)
            for name, index in _new(end.indexes, start.indexes)
            if index.constraint is None and index.parent is None
        ),
    ]
    for kind, name, made_by in found:
        known = name in end.tables and not end.tables[name].known_from_creation
        if name.schema != TEMPORARY and not known:
            yield Named(kind, name.name, shown(name, file), _at(made_by, name.name, file))


def _parts(table: Table, file: FileContext) -> Iterator[Named]:
    """The columns, constraints, policies and triggers of a table."""
    before = file.start.tables.get(table.name)
    parts: list[tuple[str, str, Origin | None]] = []
    written = {added.column.name: added.written.at for added in added_columns(file) if added.table.name == table.name}
    if table.partition_of is None:
        parts += [("column", column.name, column.made_by) for column in table.columns]
    parts += [(_kind_of(c), c.name, c.made_by) for c in table.constraints if not c.inherited]
    constraints = {c.name: c.definition.at for c in table.constraints if made_here(c.made_by, file)}
    parts += [("policy", policy.name, policy.made_by) for policy in table.policies]
    parts += [("trigger", trigger.name, trigger.made_by) for trigger in table.triggers if not trigger.inherited]
    old = {part[:2] for part in _named_parts(before)} if before is not None else set()
    for kind, name, made_by in parts:
        renamed = _renamed_at(name, file)
        if (kind, name) not in old and (made_here(made_by, file) or renamed is not None):
            words = f"{quote_ident(name)} of {shown(table.name, file)}"
            places = written if kind == "column" else constraints
            yield Named(kind, name, words, renamed or places.get(name) or _at(made_by, name, file))


def _named_parts(table: Table) -> Iterator[tuple[str, str]]:
    yield from (("column", column.name) for column in table.columns)
    yield from ((_kind_of(constraint), constraint.name) for constraint in table.constraints)
    yield from (("policy", policy.name) for policy in table.policies)
    yield from (("trigger", trigger.name) for trigger in table.triggers)


def _kind_of(constraint: TableConstraint) -> str:
    match constraint.definition:
        case Unique(primary=True):
            return "primary_key"
        case Unique():
            return "unique"
        case ForeignKey():
            return "foreign_key"
        case Check():
            return "check"
        case _:
            return "index"


def _new(end: Mapping[Name, Any], start: Mapping[Name, Any]) -> Iterator[tuple[Name, Any]]:
    return ((name, found) for name, found in end.items() if name not in start)


def _belongs_to_column(sequence: Name, file: FileContext) -> bool:
    return any(column.sequence == sequence for table in file.end.tables.values() for column in table.columns)


def _at(made_by: Origin | None, name: str, file: FileContext) -> int | None:
    renamed = _renamed_at(name, file)
    if renamed is not None:
        return renamed
    return made_by.at if made_by is not None and made_here(made_by, file) else None


def _renamed_at(name: str, file: FileContext) -> int | None:
    """Where the file gives something this name."""
    for occurrence in file.running(Rename, RenameColumn, RenameConstraint):
        operation = occurrence.operation
        if isinstance(operation, Rename | RenameColumn | RenameConstraint) and operation.new == name:
            return operation.at
    return None
