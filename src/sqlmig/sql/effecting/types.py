"""ALTER COLUMN TYPE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.sql.definitions import Check
from sqlmig.sql.effecting.columns import referenced_with, referencing_with
from sqlmig.sql.effecting.scene import Handler, Scene, Use
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.tables import AlterColumnType
from sqlmig.sql.schema.reads import reads
from sqlmig.sql.schema.tables import Index, Table
from sqlmig.sql.typechanges import TypeChange, type_change, using_kind


def alter_type(scene: Scene, operation: AlterColumnType) -> Iterator[Use]:
    """TYPE: the table, its indexes and checks with the column, the foreign keys on both sides."""
    name, column, table = operation.table, operation.column, scene.table(operation.table)
    change = _change(scene, table, operation)
    certain = change.rewrites is not None
    rewrites = change.rewrites is not False
    yield scene.on("type-rewrite" if rewrites else "type-no-rewrite", name, only=operation.only, certain=certain)
    if table is None:
        return
    if not rewrites:
        yield from _rebuilt_indexes(scene, table, column, change)
        if any(_reads(check.definition, check.renames, column) for check in table.checks):
            yield scene.on("type-no-rewrite-check", name)
    if referenced := referenced_with(scene, table, column):
        form = "type-rewrite-referencing" if rewrites else "type-no-rewrite-referencing"
        yield scene.on(form, name, referenced=referenced)
    if referencing := referencing_with(scene, name, column):
        use = scene.on("type-rewrite-referenced", name, referencing=referencing)
        yield use.replaced(locks_only=not rewrites)
    if any(view.reads == (table.name,) and view.may_read(column) for view in scene.state.views_on(name)):
        yield Use(form="type-view")


def _change(scene: Scene, table: Table | None, operation: AlterColumnType) -> TypeChange:
    column = table.column(operation.column) if table is not None else None
    old = None if column is None else column.type
    collation = None if column is None else column.collation
    return type_change(
        old,
        scene.state.known_type(operation.type) or operation.type,
        type_of=scene.state.type_of,
        using=using_kind(operation.using, operation.column, operation.type),
        new_collation=operation.collation != collation,
        timezone_utc=scene.timezone_utc,
    )


def _rebuilt_indexes(scene: Scene, table: Table, column: str, change: TypeChange) -> Iterator[Use]:
    """Those that compare values in another way afterwards, and those that compute something from the column."""
    for each in (table.name, *scene.below(table.name)):
        for index in scene.state.indexes_on(each):
            form = _rebuild_form(index, column, change)
            if form is not None:
                yield Use(form=form, names={Role.TABLE: (each,), Role.INDEX: (index.name,)})


def _rebuild_form(index: Index, column: str, change: TypeChange) -> str | None:
    if reads(column, index.renames, index.where):
        return "type-no-rewrite-index-partial"
    if reads(column, index.renames, *(element.expression for element in index.elements)):
        return "type-no-rewrite-index-expression"
    return "type-no-rewrite-index-rebuild" if change.rebuilds_indexes and column in index.columns else None


def _reads(definition: object, renames: tuple[tuple[str, str], ...], column: str) -> bool:
    return isinstance(definition, Check) and reads(column, renames, definition.expression)


HANDLERS: Final[dict[type, Handler]] = {AlterColumnType: alter_type}
