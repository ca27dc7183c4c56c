"""Tables: CREATE and DROP TABLE, and what ALTER TABLE changes of a table as a whole."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Column, Constraint, Option
from sqlmig.sql.operations.tables import (
    CreateTable,
    CreateTableAs,
    DropTable,
    Persistence,
    RowSecurity,
    SetAccessMethod,
    SetOfType,
    SetOptions,
    SetPersistence,
    SetRowSecurity,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying import constraints, partitions, removal, timescale
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.replaying.inheriting import LikeParts, columns_like, columns_of_parents, give_like
from sqlmig.sql.replaying.making import make_column
from sqlmig.sql.replaying.queries import output_columns
from sqlmig.sql.schema.objects import CompositeType
from sqlmig.sql.schema.tables import Table, TableColumn


def create_table(draft: Draft, operation: CreateTable) -> None:
    """CREATE TABLE, with all that its columns and constraints bring."""
    temporary = operation.persistence is Persistence.TEMPORARY
    name = draft.state.resolve_new(operation.table, temporary=temporary)
    if operation.if_not_exists and draft.state.relation(name) is not None:
        return
    likes = [columns_like(draft, name, like) for like in operation.likes]
    columns, complete = _columns(draft, name, operation, likes)
    parents = map(draft.state.resolve, operation.inherits)
    inherits = tuple(parent for parent in parents if not partitions.is_circular(draft, parent, name))
    parent = None if operation.partition_of is None else draft.state.resolve(operation.partition_of)
    if parent is not None and partitions.is_circular(draft, parent, name):
        parent = None
    table = Table(
        name=name,
        columns=columns,
        partition_by=operation.partition_by,
        partition_of=parent,
        bound=operation.bound,
        inherits=inherits,
        of_type=None if operation.of_type is None else draft.state.resolve_type(operation.of_type),
        persistence=operation.persistence,
        foreign=operation.server is not None,
        options=operation.options,
        access_method=operation.access_method or "heap",
        drops_at_commit=operation.on_commit == "drop",
        complete=complete,
        made_by=draft.origin,
    )
    draft.put_table(timescale.with_hypertable(draft, table, operation.options))
    for above in table.parents:
        draft.depends(name, above)
        partitions.give_checks(draft, above, name)
    written: list[Constraint] = [*operation.constraints]
    for column in operation.columns:
        written += column.constraints
    constraints.add_in_order(draft, name, [*written, *(check for like in likes for check in like.checks)])
    for like in likes:
        give_like(draft, name, like)
    if parent is not None:
        partitions.give_parts(draft, parent, name)


def _columns(
    draft: Draft, table: Name, operation: CreateTable, likes: list[LikeParts]
) -> tuple[tuple[TableColumn, ...], bool]:
    """The columns, and whether these are all."""
    inherited, complete = columns_of_parents(draft, operation)
    found = {column.name: column for column in inherited}
    names = [column.not_null_name for column in inherited if column.not_null_name is not None]
    if operation.of_type is not None:
        composite = draft.state.type(operation.of_type)
        attributes = composite.attributes if isinstance(composite, CompositeType) else None
        complete = complete and attributes is not None
        found |= {attribute.name: attribute for attribute in attributes or ()}
    pieces: list[tuple[int, Column | LikeParts]] = [(column.at, column) for column in operation.columns]
    pieces += [(like.at, like) for like in likes]
    for _, piece in sorted(pieces, key=lambda entry: entry[0]):
        if isinstance(piece, LikeParts):
            complete = complete and piece.complete
            found |= {column.name: column for column in piece.columns}
            continue
        made = make_column(draft, table, piece, names)
        names += [made.not_null_name] if made.not_null_name is not None else []
        found[piece.name] = _merged(found[piece.name], made) if piece.name in found else made
    return tuple(found.values()), complete


def _merged(inherited: TableColumn, own: TableColumn) -> TableColumn:
    """A column that a parent has too, or a type: what is written here comes on top."""
    return inherited.replaced(
        type=own.type or inherited.type,
        not_null=inherited.not_null or own.not_null,
        not_null_name=inherited.not_null_name or own.not_null_name,
        default=own.default or inherited.default,
        sequence=own.sequence or inherited.sequence,
        generated=own.generated or inherited.generated,
        expression=own.expression or inherited.expression,
        collation=own.collation or inherited.collation,
    )


def create_table_as(draft: Draft, operation: CreateTableAs) -> None:
    """CREATE TABLE AS and SELECT INTO: columns by name at best, none of them NOT NULL."""
    temporary = operation.persistence is Persistence.TEMPORARY
    name = draft.state.resolve_new(operation.table, temporary=temporary)
    if operation.if_not_exists and draft.state.relation(name) is not None:
        return
    names = output_columns(draft.state, operation.query, operation.columns)
    columns = (TableColumn(name=column, made_by=draft.origin) for column in names or operation.columns)
    draft.put_table(
        Table(
            name=name,
            columns=tuple(columns),
            persistence=operation.persistence,
            options=operation.options,
            complete=names is not None,
            made_by=draft.origin,
        )
    )


def drop_table(draft: Draft, operation: DropTable) -> None:
    """DROP TABLE."""
    name = draft.state.resolve(operation.table)
    removal.drop_table(draft, name, cascade=operation.cascade)


# --- ALTER TABLE ---


def set_row_security(draft: Draft, operation: SetRowSecurity) -> None:
    """ENABLE, DISABLE, FORCE, NO FORCE ROW LEVEL SECURITY: of this table alone, not of its partitions."""
    table = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    if table is None:
        return
    match operation.action:
        case RowSecurity.ENABLE:
            draft.put_table(table.replaced(row_security=True))
        case RowSecurity.DISABLE:
            draft.put_table(table.replaced(row_security=False))
        case RowSecurity.FORCE:
            draft.put_table(table.replaced(forced_row_security=True))
        case RowSecurity.NO_FORCE:
            draft.put_table(table.replaced(forced_row_security=False))


def set_options(draft: Draft, operation: SetOptions) -> None:
    """SET (...) and RESET (...) of a table, a view, or an index."""
    name = draft.state.resolve(operation.table)
    view, index = draft.state.views.get(name), draft.state.indexes.get(name)
    if view is not None:
        draft.put_view(view.replaced(options=changed_options(view.options, operation)))
    elif index is not None:
        draft.put_index(index.replaced(options=changed_options(index.options, operation)))
    elif (table := draft.table_to_alter(operation.table, if_exists=operation.if_exists)) is not None:
        changed = table.replaced(options=changed_options(table.options, operation))
        draft.put_table(timescale.with_hypertable(draft, changed, operation.options, reset=operation.reset))


def changed_options(options: tuple[Option, ...], operation: SetOptions) -> tuple[Option, ...]:
    """Options after SET or RESET."""
    names = {option.name for option in operation.options}
    kept = tuple(option for option in options if option.name not in names)
    return kept if operation.reset else (*kept, *operation.options)


def set_persistence(draft: Draft, operation: SetPersistence) -> None:
    """SET LOGGED, SET UNLOGGED."""
    table = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    if table is not None:
        draft.put_table(table.replaced(persistence=operation.persistence))


def set_access_method(draft: Draft, operation: SetAccessMethod) -> None:
    """SET ACCESS METHOD."""
    table = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    if table is not None:
        draft.put_table(table.replaced(access_method=operation.method or "heap"))


def set_of_type(draft: Draft, operation: SetOfType) -> None:
    """OF, NOT OF."""
    table = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    if table is not None:
        of_type = None if operation.type is None else draft.state.resolve_type(operation.type)
        draft.put_table(table.replaced(of_type=of_type))


HANDLERS: Final[dict[type, Handler]] = {
    CreateTable: create_table,
    CreateTableAs: create_table_as,
    DropTable: drop_table,
    SetRowSecurity: set_row_security,
    SetOptions: set_options,
    SetPersistence: set_persistence,
    SetAccessMethod: set_access_method,
    SetOfType: set_of_type,
}
