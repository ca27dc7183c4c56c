"""Constraints: ADD, VALIDATE, ALTER, RENAME, DROP CONSTRAINT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.sql.definitions import Check, Exclude, ForeignKey, NotNull, Unique
from sqlmig.sql.effecting.columns import not_null_form
from sqlmig.sql.effecting.scene import Handler, Names, Scene, Use
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.tables import (
    AddConstraint,
    AlterConstraint,
    DropConstraint,
    RenameConstraint,
    ValidateConstraint,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import TableConstraint


def add_constraint(scene: Scene, operation: AddConstraint) -> Iterator[Use]:
    """ADD CONSTRAINT."""
    table, only = operation.table, operation.only
    match operation.constraint:
        case Check(enforced=False):
            yield scene.on("add-check-not-enforced", table, only=only)
        case Check(not_valid=not_valid, no_inherit=no_inherit):
            form = "add-check-not-valid" if not_valid else "add-check"
            yield scene.on(form, table, only=only or no_inherit)
        case NotNull() as constraint:
            yield from _add_not_null(scene, operation, constraint)
        case Unique(using_index=str()) as constraint:
            yield _use_index(scene, table, constraint)
        case Unique(primary=True, columns=columns):
            known = scene.table(table)
            nullable = known is not None and any(known.not_null(column) is False for column in columns)
            form = "add-primary-key-nullable" if nullable and not scene.is_partitioned(table) else "add-primary-key"
            yield scene.on(form, table, only=only)
        case Unique():
            yield scene.on("add-unique", table, only=only)
        case Exclude():
            yield scene.on("add-exclude", table, only=only)
        case ForeignKey() as constraint:
            form = "add-foreign-key"
            if not constraint.enforced:
                form = "add-foreign-key-not-enforced"
            elif constraint.not_valid:
                form = "add-foreign-key-not-valid"
            yield scene.on(form, table, referenced=scene.referenced(constraint.references))


def _add_not_null(scene: Scene, operation: AddConstraint, constraint: NotNull) -> Iterator[Use]:
    """Each table of the family has its own proof, or has none; proven, it is what SET NOT NULL is."""
    only = operation.only or constraint.no_inherit
    if constraint.not_valid:
        yield scene.on("add-not-null-not-valid", operation.table, only=only)
        return
    resolved = scene.resolve(operation.table)
    for name in (resolved,) if only else (resolved, *scene.below(operation.table)):
        form, certain = not_null_form(scene.table(name), constraint.column)
        proven = form in ("set-not-null-proven", "set-not-null-already")
        # The form says whether the server has it at all; proven, nothing is read.
        yield Use(form="add-not-null", names={Role.TABLE: (name,)}, certain=certain, locks_only=proven)


def _use_index(scene: Scene, name: Name, constraint: Unique) -> Use:
    """UNIQUE and PRIMARY KEY USING INDEX; a primary key makes its columns NOT NULL, which is checked."""
    if not constraint.primary or scene.is_partitioned(name):
        return scene.on("add-unique-using-index", name)
    table = scene.table(name)
    index = scene.state.indexes.get(Name(scene.resolve(name).schema, constraint.using_index or ""))
    if table is None or index is None:
        return scene.on("add-primary-key-using-index-nullable", name, certain=False)
    columns = [column for column in index.columns if column is not None]
    if all(table.not_null(column) for column in columns):
        return scene.on("add-primary-key-using-index", name)
    if all(table.proves_not_null(column) for column in columns):
        return scene.on("add-primary-key-using-index-proven", name)
    return scene.on("add-primary-key-using-index-nullable", name, certain=table.known_from_creation)


# --- constraints that are there ---


def _found(scene: Scene, table: Name, name: str) -> TableConstraint | None:
    known = scene.table(table)
    return known.constraint(name) if known is not None else None


def _referenced(scene: Scene, constraint: TableConstraint) -> Names:
    definition = constraint.definition
    return scene.referenced(definition.references) if isinstance(definition, ForeignKey) else ()


def validate(scene: Scene, operation: ValidateConstraint) -> Iterator[Use]:
    """VALIDATE CONSTRAINT; one that is valid already is not looked at again."""
    constraint = _found(scene, operation.table, operation.name)
    if constraint is None:
        yield scene.on("validate-check", operation.table, certain=False)
    elif constraint.valid:
        yield scene.on("validate-check", operation.table).replaced(locks_only=True)
    else:
        match constraint.definition:
            case ForeignKey():
                yield scene.on("validate-foreign-key", operation.table, referenced=_referenced(scene, constraint))
            case NotNull():
                yield scene.on("validate-not-null", operation.table)
            case _:
                yield scene.on("validate-check", operation.table)


def alter(scene: Scene, operation: AlterConstraint) -> Iterator[Use]:
    """ALTER CONSTRAINT."""
    constraint = _found(scene, operation.table, operation.name)
    if operation.enforced is None:
        yield scene.on("alter-constraint", operation.table)
        return
    form = "alter-constraint-enforced" if operation.enforced else "alter-constraint-not-enforced"
    referenced = () if constraint is None else _referenced(scene, constraint)
    yield scene.on(form, operation.table, certain=constraint is not None, referenced=referenced)


def rename(scene: Scene, operation: RenameConstraint) -> Iterator[Use]:
    """RENAME CONSTRAINT."""
    yield scene.on("rename-constraint", operation.table, only=operation.only)


def drop(scene: Scene, operation: DropConstraint) -> Iterator[Use]:
    """DROP CONSTRAINT; of a foreign key the table it points to is locked as hard."""
    table, name = operation.table, operation.name
    constraint = _found(scene, table, name)
    match constraint.definition if constraint is not None else None:
        case None:
            yield scene.on("drop-constraint-check", table, only=operation.only, certain=False)
        case ForeignKey(references=references):
            yield scene.on("drop-constraint-foreign-key", table, referenced=scene.referenced(references))
        case Unique(primary=primary):
            yield scene.on("drop-constraint-primary-key" if primary else "drop-constraint-unique", table)
            if operation.cascade:
                yield from _drop_keys_to(scene, table)
        case Exclude():
            yield scene.on("drop-constraint-exclude", table)
        case NotNull():
            yield scene.on("drop-constraint-not-null", table, only=operation.only)
        case _:
            yield scene.on("drop-constraint-check", table, only=operation.only)


def _drop_keys_to(scene: Scene, table: Name) -> Iterator[Use]:
    referencing = tuple(other.name for other, _ in scene.state.references_to(table))
    if referencing:
        yield scene.on("drop-constraint-primary-key-referenced", table, referencing=referencing)


HANDLERS: Final[dict[type, Handler]] = {
    AddConstraint: add_constraint,
    ValidateConstraint: validate,
    AlterConstraint: alter,
    RenameConstraint: rename,
    DropConstraint: drop,
}
