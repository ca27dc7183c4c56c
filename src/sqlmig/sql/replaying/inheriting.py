"""What a new table takes from others: from its parents, and from the tables behind LIKE."""

from __future__ import annotations

from sqlmig.sql.definitions import Check
from sqlmig.sql.operations.tables import CreateTable, Like
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.replaying import constraints, indexes
from sqlmig.sql.replaying.draft import Draft
from sqlmig.sql.replaying.making import make_sequence
from sqlmig.sql.schema.tables import TableColumn


class LikeParts(Record):
    """What a new table takes from the table behind one LIKE."""

    at: int
    """Where LIKE stands among the columns."""
    columns: tuple[TableColumn, ...] = ()
    checks: tuple[Check, ...] = ()
    complete: bool = False
    """Whether all columns are known."""
    indexes_of: Name | None = None
    """The table whose indexes are copied too."""


def columns_of_parents(draft: Draft, operation: CreateTable) -> tuple[list[TableColumn], bool]:
    """The columns of PARTITION OF and INHERITS, and whether these are all."""
    parents = operation.inherits if operation.partition_of is None else (operation.partition_of,)
    found: dict[str, TableColumn] = {}
    complete = True
    for name in parents:
        parent = draft.table(name)
        complete = complete and parent is not None and parent.complete
        for column in parent.columns if parent is not None else ():
            own = column.replaced(made_by=draft.origin)
            if operation.partition_of is None and column.identity is not None:
                own = own.replaced(identity=None, sequence=None)
            known = found.get(column.name)
            if known is not None:
                own = known.replaced(not_null=known.not_null or own.not_null, default=known.default or own.default)
            found[column.name] = own
    return list(found.values()), complete


def columns_like(draft: Draft, table: Name, like: Like) -> LikeParts:
    """The columns and checks of the table behind LIKE, as far as they are included."""
    source = draft.table(like.table)
    if source is None:
        return LikeParts(at=like.table.at)
    including = like.including
    columns: list[TableColumn] = []
    for column in source.columns:
        own = TableColumn(
            name=column.name,
            type=column.type,
            not_null=column.not_null,
            not_null_name=column.not_null_name,
            not_null_by=draft.origin,
            collation=column.collation,
            known_from_creation=column.known_from_creation,
            made_by=draft.origin,
        )
        if column.generated is not None:
            if "generated" in including:
                own = own.replaced(generated=column.generated, expression=column.expression)
        elif column.identity is not None:
            if "identity" in including:
                sequence = make_sequence(draft, table, column.name, identity=True)
                own = own.replaced(identity=column.identity, sequence=sequence)
        elif "defaults" in including:
            own = own.replaced(default=column.default, sequence=column.sequence)
        columns.append(own)
    return LikeParts(
        at=like.table.at,
        columns=tuple(columns),
        checks=_checks(draft, like),
        complete=source.complete,
        indexes_of=source.name if "indexes" in including else None,
    )


def _checks(draft: Draft, like: Like) -> tuple[Check, ...]:
    source = draft.table(like.table)
    if source is None or "constraints" not in like.including:
        return ()
    return tuple(
        constraint.definition.replaced(name=constraint.name, at=like.table.at, not_valid=False)
        for constraint in source.checks
        if isinstance(constraint.definition, Check)
    )


def give_like(draft: Draft, table: Name, like: LikeParts) -> None:
    """Give a table the indexes of the one behind LIKE, with the constraints that they serve."""
    if like.indexes_of is None:
        return
    source = draft.state.tables[like.indexes_of]
    for index in draft.state.indexes_on(like.indexes_of):
        made = indexes.make(draft, table, indexes.shape_like(index))
        constraint = next((found for found in source.constraints if found.name == index.constraint), None)
        if constraint is not None:
            constraints.put(draft, table, constraint.definition.replaced(name=made.name.name))
