"""Indexes that another index makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import added_indexes
from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import FileContext
from sqlmig.lint.remedies import OFF
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Index
from sqlmig.sql.schema.texts import text_of


@file_rule(severity=Severity.WARNING)
def duplicate_index(file: FileContext) -> Iterator[Flag]:
    """A new index that another index of the table can do without: equal to it, or longer with the same beginning.

    The indexes of primary keys and unique constraints count, too.

    Effect: every INSERT and most UPDATEs write both, and each takes its place on disk and in memory, in every tenant's
    schema.

    Instead: leave the shorter one out. Where a new index is the longer one, drop the old one in the next migration.

    Unless: they differ in method, order, operator class, collation or condition; or the shorter one is unique.
    """
    if is_down(file.file):
        return
    for new in added_indexes(file):
        table = file.end.tables.get(new.table)
        if new.parent is not None or (table is not None and table.temporary):
            continue
        others = [other for other in file.end.indexes_on(new.table) if other is not new and not _defers(other, file)]
        better = next((other for other in others if _replaces(other, new) and not _later_twin(other, new)), None)
        if better is not None:
            yield _superfluous(new, better)
            continue
        for old in others:
            if not made_here(old.made_by, file) and old.constraint is None and _replaces(new, old):
                yield _replaced(new, old, file)


def _defers(index: Index, file: FileContext) -> bool:
    """Whether it serves a DEFERRABLE constraint: then neither ON CONFLICT nor a foreign key can do with it."""
    table = file.end.tables.get(index.table)
    constraint = table.constraint(index.constraint) if table is not None and index.constraint else None
    return constraint is not None and getattr(constraint.definition, "deferrable", False)


def _replaces(one: Index, other: Index) -> bool:
    """Whether queries and constraints are as well off with the one index alone."""
    if one.method != other.method or text_of(one.where) != text_of(other.where) or not one.valid:
        return False
    elements, wanted = [*map(text_of, one.elements)], [*map(text_of, other.elements)]
    same = elements == wanted
    if other.unique:
        keeps = one.unique and same and one.nulls_not_distinct == other.nulls_not_distinct
    else:
        keeps = same or (one.method == "btree" and elements[: len(wanted)] == wanted)
    return keeps and {*other.include} <= {*one.include, *one.columns}


def _later_twin(other: Index, new: Index) -> bool:
    """Whether two indexes are equal, and it is the other one that came later: that one is the superfluous one."""
    if not _replaces(new, other) or other.made_by is None or new.made_by is None:
        return False
    return other.made_by.mark == new.made_by.mark and _rank(other) > _rank(new)


def _rank(index: Index) -> tuple[bool, int, str]:
    """Constraints are there first."""
    return index.constraint is None, index.made_by.at if index.made_by is not None else 0, index.name.name


def _superfluous(new: Index, better: Index) -> Flag:
    how = "has the same columns" if len(new.elements) == len(better.elements) else "begins with the same columns"
    name, other = quote_ident(new.name.name), quote_ident(better.name.name)
    return Flag(
        f"{name} is of no use: {other} {how}, and every write maintains both.",
        "Leave it out.",
        at=new.made_by.at if new.made_by is not None else None,
    )


def _replaced(new: Index, old: Index, file: FileContext) -> Flag:
    name, table = shown(old.name, file), file.end.tables.get(old.table)
    # DROP INDEX CONCURRENTLY of a partitioned table's index is an error.
    partitioned = table is not None and table.partition_by is not None
    return Flag(
        f"With {quote_ident(new.name.name)}, {name} is of no use any more: the new index begins with the same columns.",
        "Drop the old one in the next migration:",
        f"DROP INDEX {name};" if partitioned else f"{OFF}\nDROP INDEX CONCURRENTLY {name};",
        at=new.made_by.at if new.made_by is not None else None,
        severity=Severity.INFO,
    )
