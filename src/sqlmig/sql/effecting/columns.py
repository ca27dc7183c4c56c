"""Columns: ADD, DROP, RENAME, ALTER COLUMN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlmig.sql.definitions import Check, Column, Expression, ForeignKey, Generated, TypeName, Unique
from sqlmig.sql.effecting.scene import Handler, Names, Scene, Use
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.expressions.volatility import Volatility, volatility
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.tables import (
    AddColumn,
    AddIdentity,
    AlterColumn,
    DropColumn,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    RenameColumn,
    SetColumnOptions,
    SetCompression,
    SetDefault,
    SetExpression,
    SetIdentity,
    SetNotNull,
    SetStatistics,
    SetStorage,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Table
from sqlmig.sql.typechanges import is_known_type, refuses_values

# --- ADD COLUMN ---


def add_column(scene: Scene, operation: AddColumn) -> Iterator[Use]:
    """ADD COLUMN: what its type and its default ask for, and each of its constraints."""
    column = operation.column
    table = scene.table(operation.table)
    if operation.if_not_exists and table is not None and table.column(column.name) is not None:
        yield scene.on("add-column", operation.table, only=operation.only)
        return
    form, certain = _added(scene, column)
    yield scene.on(form, operation.table, only=operation.only, certain=certain)
    # Where rows are in the way, the form above is an error and has no locks; the column's lock is taken all the same.
    yield scene.on("add-column", operation.table, only=operation.only)
    for constraint in column.constraints:
        match constraint:
            case Check():
                check = "add-column-virtual-check" if _is_virtual(column) else "add-column-check"
                yield scene.on(check, operation.table, only=operation.only)
            case Unique():
                yield scene.on("add-column-unique", operation.table, only=operation.only)
            case ForeignKey(references=references, not_valid=False, enforced=True):
                filled = form not in ("add-column", "add-column-domain", "add-column-not-null")
                foreign_key = "add-column-default-references" if filled else "add-column-references"
                yield scene.on(foreign_key, operation.table, referenced=scene.referenced(references))
            case ForeignKey(references=references):
                yield scene.on("add-column-references", operation.table, referenced=scene.referenced(references))


def _added(scene: Scene, column: Column) -> tuple[str, bool]:
    """The form that says what the column itself asks for, and whether that is certain."""
    if column.generated is not None:
        if not _is_virtual(column):
            return "add-column-stored", True
        written = "virtual" if column.generated is Generated.VIRTUAL else "virtual-implicit"
        return f"add-column-{'virtual-not-null' if column.not_null else written}", True
    if column.identity is not None:
        return "add-column-identity", True
    if column.type is not None and column.type.serial:
        return "add-column-serial", True
    return _with_default(scene, column)


def _is_virtual(column: Column) -> bool:
    return column.generated in (Generated.VIRTUAL, Generated.UNSPECIFIED)


def _with_default(scene: Scene, column: Column) -> tuple[str, bool]:
    domain = None if column.type is None or column.type.dimensions else scene.state.domain(column.type)
    default = column.default
    if default is None and domain is not None:
        default = domain.default
    if default is not None and default.text.strip().lower() == "null":
        default = None
    found = None if default is None else volatility(default, _volatilities(scene, default))
    if found is Volatility.VOLATILE or (default is not None and found is None):
        return "add-column-default-volatile", found is not None
    if domain is not None and column.type is not None:
        refuses = refuses_values(column.type, scene.state.type_of)
        form = "add-column-domain" if refuses is False else "add-column-domain-check"
        return form if default is None else f"{form}-default", refuses is not None
    certain = column.type is None or not _may_be_domain(scene, column.type)
    if default is None:
        primary = any(isinstance(constraint, Unique) and constraint.primary for constraint in column.constraints)
        return "add-column-not-null" if column.not_null or primary else "add-column", certain
    return "add-column-default-stable" if found is Volatility.STABLE else "add-column-default-constant", certain


def _may_be_domain(scene: Scene, written: TypeName) -> bool:
    """Whether nobody knows what a type is: if it is a domain, its constraint may have the table written anew."""
    if written.dimensions or written.name in _OF_EXTENSIONS:
        return False
    return not is_known_type(written, scene.state.type_of)


# Types of extensions that are much used: none is a domain.
_OF_EXTENSIONS: Final = frozenset(
    {
        *("box2d", "box3d", "citext", "cube", "geography", "geometry", "halfvec", "hstore", "lquery", "ltree"),
        *("ltxtquery", "raster", "seg", "semver", "sparsevec", "vector"),
    }
)


def _volatilities(scene: Scene, e: Expression) -> dict[str, Volatility]:
    """The functions of an expression that statements made, each by the worst of its overloads."""
    found: dict[str, Volatility] = {}
    for call in calls(e):
        name = call.name
        routines = scene.state.routine(name)
        if routines:
            worst = max((Volatility(routine.volatility) for routine in routines), key=list(Volatility).index)
            found[name.name if name.schema is None else f"{name.schema}.{name.name}"] = worst
    return found


# --- DROP and RENAME COLUMN ---


def drop_column(scene: Scene, operation: DropColumn) -> Iterator[Use]:
    """DROP COLUMN: with its foreign keys, and with CASCADE those that point to it and the views that read it."""
    table = scene.table(operation.table)
    form = "drop-column-indexed" if _is_indexed(scene, operation.table, operation.column) else "drop-column"
    yield scene.on(form, operation.table, only=operation.only, certain=scene.knows(operation.table))
    if table is not None and (referenced := referenced_with(scene, table, operation.column)):
        yield scene.on("drop-column-referencing", operation.table, referenced=referenced)
    if operation.cascade:
        referencing = referencing_with(scene, operation.table, operation.column)
        if referencing:
            yield scene.on("drop-column-referenced", operation.table, referencing=referencing)
        views = [view.name for view in scene.state.views_on(operation.table) if view.may_read(operation.column)]
        yield Use(form="drop-table-cascade-view", names={Role.VIEW: tuple(views)})


def referenced_with(scene: Scene, table: Table, column: str) -> Names:
    """The tables that the foreign keys with this column point to."""
    keys = [found.definition for found in table.foreign_keys if column in found.columns]
    return scene.referenced(*(key.references for key in keys if isinstance(key, ForeignKey)))


def referencing_with(scene: Scene, table: Name, column: str) -> Names:
    """The tables whose foreign keys point to this column."""
    return tuple(
        other.name
        for other, reference in scene.state.references_to(table)
        if isinstance(reference.definition, ForeignKey) and column in reference.definition.referenced_columns
    )


def _is_indexed(scene: Scene, table: Name, column: str) -> bool:
    return any(column in (*index.columns, *index.include) for index in scene.state.indexes_on(table))


def rename_column(scene: Scene, operation: RenameColumn) -> Iterator[Use]:
    """RENAME COLUMN, of a table or a view."""
    if scene.state.view(operation.table) is not None:
        yield Use(form="rename-view", names={Role.VIEW: (scene.resolve(operation.table),)})
    else:
        yield scene.on("rename-column", operation.table, only=operation.only)


# --- ALTER COLUMN ---


def set_not_null(scene: Scene, operation: SetNotNull) -> Iterator[Use]:
    """SET NOT NULL: each table of the family has its own proof, or has none."""
    resolved = scene.resolve(operation.table)
    family = (resolved,) if operation.only else (resolved, *scene.below(operation.table))
    for name in family:
        form, certain = not_null_form(scene.table(name), operation.column)
        yield Use(form=form, names={Role.TABLE: (name,)}, certain=certain)


def not_null_form(table: Table | None, name: str) -> tuple[str, bool]:
    """The form of SET NOT NULL for one table, by what proves it; and whether that is certain."""
    if table is None:
        return "set-not-null", False
    column = table.column(name)
    if column is not None and column.not_null:
        return "set-not-null-already", True
    if column is not None and column.not_null_name is not None:
        return "set-not-null-not-null-not-valid", True
    if table.proves_not_null(name):
        return "set-not-null-proven", True
    would_prove = any(check.replaced(valid=True).proves_not_null(name) for check in table.checks)
    form = "set-not-null-check-not-valid" if would_prove else "set-not-null"
    return form, table.known_from_creation


def _plain(form: str, *, recurses: bool = True) -> Handler:
    """An action on a column that is always the same form."""

    def uses(scene: Scene, operation: AlterColumn) -> Iterable[Use]:
        if scene.state.view(operation.table) is not None:
            return (Use(form="set-view-options", names={Role.VIEW: (scene.resolve(operation.table),)}, certain=False),)
        return (scene.on(form, operation.table, only=operation.only or not recurses),)

    return uses


def set_statistics(scene: Scene, operation: SetStatistics) -> Iterator[Use]:
    """SET STATISTICS, of a table's column or an index's."""
    if scene.state.index(operation.table) is not None:
        yield Use(form="alter-index-set-statistics", names={Role.INDEX: (scene.resolve(operation.table),)})
    else:
        yield scene.on("set-statistics", operation.table, only=operation.only)


def set_identity(scene: Scene, operation: SetIdentity) -> Iterator[Use]:
    """SET GENERATED, RESTART: of the sequence too."""
    yield scene.on("set-identity", operation.table, only=operation.only, sequence=_sequence(scene, operation))


def drop_identity(scene: Scene, operation: DropIdentity) -> Iterator[Use]:
    """DROP IDENTITY: the sequence goes."""
    yield scene.on("drop-identity", operation.table, only=operation.only, sequence=_sequence(scene, operation))


def _sequence(scene: Scene, operation: AlterColumn) -> Names:
    table = scene.table(operation.table)
    column = table.column(operation.column) if table is not None else None
    return () if column is None or column.sequence is None else (column.sequence,)


def set_expression(scene: Scene, operation: SetExpression) -> Iterator[Use]:
    """SET EXPRESSION: a stored column is computed anew."""
    table = scene.table(operation.table)
    column = table.column(operation.column) if table is not None else None
    virtual = column is not None and column.generated is Generated.VIRTUAL
    form = "set-expression-virtual" if virtual else "set-expression"
    known = column is not None and column.generated is not None
    yield scene.on(form, operation.table, only=operation.only, certain=known)


HANDLERS: Final[dict[type, Handler]] = {
    AddColumn: add_column,
    DropColumn: drop_column,
    RenameColumn: rename_column,
    SetNotNull: set_not_null,
    DropNotNull: _plain("drop-not-null"),
    SetDefault: _plain("set-default"),
    DropDefault: _plain("drop-default"),
    SetStatistics: set_statistics,
    SetStorage: _plain("set-storage"),
    SetCompression: _plain("set-compression", recurses=False),
    SetColumnOptions: _plain("set-column-options", recurses=False),
    AddIdentity: _plain("add-identity"),
    SetIdentity: set_identity,
    DropIdentity: drop_identity,
    SetExpression: set_expression,
    DropExpression: _plain("drop-expression"),
}
