"""What any kind of object knows: RENAME, SET SCHEMA, OWNER TO, DROP, COMMENT, GRANT. Policies, triggers, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlmig.sql.effecting.scene import Handler, Scene, Use
from sqlmig.sql.effecting.views import users_of_type
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.access import DropOwned, DropSchema, Grant
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import (
    AlterObject,
    ChangeOwner,
    CommentOn,
    CreateObject,
    DropObject,
    Rename,
    SecurityLabel,
    SetSchema,
)
from sqlmig.sql.operations.policies import (
    AlterPolicy,
    CreatePolicy,
    CreateRule,
    CreateTrigger,
    DropPolicy,
    DropTrigger,
)
from sqlmig.sql.operations.routines import DropRoutine
from sqlmig.sql.reader import Name

_TABLES: Final = frozenset({Kind.TABLE, Kind.FOREIGN_TABLE})
_VIEWS: Final = frozenset({Kind.VIEW, Kind.MATERIALIZED_VIEW})

# --- policies, triggers, rules ---


def _on_table(form: str) -> Handler:
    """What is done to the table alone."""

    def uses(scene: Scene, operation: CreatePolicy | AlterPolicy | DropPolicy | CreateRule) -> Iterable[Use]:
        return (scene.on(form, operation.table, only=True),)

    return uses


def create_trigger(scene: Scene, operation: CreateTrigger) -> Iterator[Use]:
    """CREATE TRIGGER; a row trigger is made in the partitions too."""
    table = scene.table(operation.table)
    replaced = operation.or_replace and table is not None and table.trigger(operation.trigger) is not None
    form = "replace-trigger" if replaced else "create-trigger"
    if operation.constraint:
        form = "create-constraint-trigger"
    yield scene.on(form, operation.table, only=not (operation.for_each_row and scene.is_partitioned(operation.table)))


def drop_trigger(scene: Scene, operation: DropTrigger) -> Iterator[Use]:
    """DROP TRIGGER; a row trigger goes from the partitions too."""
    yield scene.on("drop-trigger", operation.table, only=not scene.is_partitioned(operation.table))


# --- RENAME TO, SET SCHEMA, OWNER TO ---


def rename(scene: Scene, operation: Rename) -> Iterator[Use]:
    """RENAME TO."""
    kind, name, table = operation.kind, operation.name, operation.table
    if kind in (Kind.POLICY, Kind.TRIGGER, Kind.RULE) and table is not None:
        # Of a rule it was not measured; it takes the table's ACCESS EXCLUSIVE as the other two do.
        form = "rename-trigger" if kind is Kind.TRIGGER else "rename-policy"
        yield scene.on(form, table, only=kind is not Kind.TRIGGER or not scene.is_partitioned(table))
    elif kind is Kind.INDEX or scene.resolve(name) in scene.state.indexes:
        yield Use(form="alter-index-rename", names={Role.INDEX: (scene.resolve(name),)})
    elif kind in (Kind.DOMAIN, Kind.TYPE):
        yield Use(form="rename-domain" if kind is Kind.DOMAIN else "rename-type")
    else:
        yield from _moved(scene, kind, name, "rename-table")


def set_schema(scene: Scene, operation: SetSchema) -> Iterator[Use]:
    """SET SCHEMA."""
    yield from _moved(scene, operation.kind, operation.name, "set-schema")


def change_owner(scene: Scene, operation: ChangeOwner) -> Iterator[Use]:
    """OWNER TO."""
    if operation.name is not None:
        yield from _moved(scene, operation.kind, operation.name, "owner-to")


def _moved(scene: Scene, kind: Kind, name: Name, form: str) -> Iterator[Use]:
    """A relation by itself. For views and sequences every such action takes ACCESS EXCLUSIVE, as RENAME does."""
    resolved = scene.resolve(name)
    if kind in _VIEWS or resolved in scene.state.views:
        yield Use(form="rename-view", names={Role.VIEW: (resolved,)})
    elif kind is Kind.SEQUENCE or resolved in scene.state.sequences:
        yield Use(form="rename-sequence", names={Role.SEQUENCE: (resolved,)})
    elif kind in _TABLES:
        yield scene.on(form, name, only=True)


# --- DROP ---


def drop_object(scene: Scene, operation: DropObject) -> Iterator[Use]:
    """DROP of a view, a sequence, a type, a rule, statistics, and kinds that are in nobody's way."""
    kind, name = operation.kind, operation.name
    if name is None:
        return
    if kind in _VIEWS:
        role = Role.VIEW if kind is Kind.VIEW else Role.MATVIEW
        yield Use(form="drop-view" if kind is Kind.VIEW else "drop-matview", names={role: (scene.resolve(name),)})
        if operation.cascade:
            yield Use(form="drop-view", names={Role.VIEW: _views_above(scene, name)})
    elif kind is Kind.SEQUENCE:
        yield Use(form="drop-sequence", names={Role.SEQUENCE: (scene.resolve(name),)})
    elif kind in (Kind.TYPE, Kind.DOMAIN):
        yield from _drop_type(scene, operation, name)
    elif kind is Kind.RULE and operation.table is not None:
        yield scene.on("drop-rule", operation.table, only=True)
    elif kind is Kind.STATISTICS:
        found = scene.state.object(kind, name)
        tables = (found.table,) if found is not None and found.table is not None else ()
        yield Use(form="drop-statistics", names={Role.TABLE: tables}, certain=bool(tables))
    elif operation.cascade or kind is Kind.EXTENSION:
        yield Use(form="drop-type", certain=False)


def _views_above(scene: Scene, name: Name) -> tuple[Name, ...]:
    """The views that read a view, and those that read them."""
    found: dict[Name, None] = {}
    pending = list(scene.state.views_on(name))
    while pending:
        view = pending.pop()
        if view.name not in found:
            found[view.name] = None
            pending += scene.state.views_on(view.name)
    return tuple(found)


def _drop_type(scene: Scene, operation: DropObject, name: Name) -> Iterator[Use]:
    if not operation.cascade:
        yield Use(form="drop-type")
    elif operation.kind is Kind.DOMAIN:
        yield Use(form="drop-domain-cascade", names={Role.DOMAIN_USERS: users_of_type(scene, name)})
    else:
        yield Use(form="drop-type-cascade", names={Role.TYPE_USERS: users_of_type(scene, name)})


def drop_routine(scene: Scene, operation: DropRoutine) -> Iterator[Use]:
    """DROP FUNCTION: with CASCADE the triggers that call it go from their tables."""
    if operation.cascade:
        function = scene.state.resolve_routine(operation.name)
        tables = tuple(
            table.name
            for table in scene.state.tables.values()
            if any(trigger.function == function for trigger in table.triggers)
        )
        known = function in scene.state.routines
        yield Use(form="drop-function-cascade", names={Role.TABLE: tables}, certain=known)


def drop_schema(scene: Scene, operation: DropSchema) -> Iterator[Use]:
    """DROP SCHEMA: with CASCADE all that is known to be in it."""
    if operation.cascade:
        state = scene.state
        relations = (*state.tables, *state.views, *state.sequences)
        inside = tuple(name for name in relations if name.schema == operation.schema)
        known = (Kind.SCHEMA, Name(None, operation.schema)) in state.objects
        yield Use(form="drop-schema", names={Role.TABLE: inside}, certain=known)


# --- everything else ---


def create_object(scene: Scene, operation: CreateObject) -> Iterator[Use]:
    """CREATE STATISTICS, CREATE PUBLICATION; other kinds are in nobody's way."""
    if operation.kind is Kind.STATISTICS and operation.table is not None:
        yield scene.on("create-statistics", operation.table, only=True)
    elif operation.kind is Kind.PUBLICATION:
        # The operation does not have the tables.
        yield Use(form="create-publication", certain=False)


def alter_object(_: Scene, operation: AlterObject) -> Iterator[Use]:
    """ALTER STATISTICS, ALTER PUBLICATION; other kinds are in nobody's way."""
    if operation.kind is Kind.STATISTICS:
        yield Use(form="alter-statistics")
    elif operation.kind is Kind.PUBLICATION:
        yield Use(form="alter-publication-add-table", certain=False)


def comment(scene: Scene, operation: CommentOn | SecurityLabel) -> Iterator[Use]:
    """COMMENT ON, SECURITY LABEL ON."""
    kind, name, table = operation.kind, operation.name, operation.table
    if kind in _TABLES | _VIEWS and name is not None:
        yield scene.on("comment", name, only=True)
    elif kind is Kind.COLUMN and table is not None:
        yield scene.on("comment-column", table, only=True)
    elif kind is Kind.INDEX and name is not None:
        yield Use(form="comment-index", names={Role.INDEX: (scene.resolve(name),)})
    elif kind in (Kind.CONSTRAINT, Kind.POLICY, Kind.TRIGGER, Kind.RULE) and table is not None:
        yield scene.on("comment-constraint", table, only=True)


def grant(scene: Scene, operation: Grant) -> Iterator[Use]:
    """GRANT and REVOKE on tables."""
    if operation.all_in_schemas:
        yield Use(form="grant-all-tables")
    if operation.kind is not Kind.TABLE:
        return
    by_column = any(privilege.columns for privilege in operation.privileges)
    form = "revoke" if operation.revoke else "grant-column" if by_column else "grant"
    for name in operation.objects:
        yield scene.on(form, name, only=True)


def drop_owned(_: Scene, __: DropOwned) -> Iterable[Use]:
    """DROP OWNED: nobody can tell of what."""
    return (Use(form="drop-schema", certain=False),)


HANDLERS: Final[dict[type, Handler]] = {
    CreatePolicy: _on_table("create-policy"),
    AlterPolicy: _on_table("alter-policy"),
    DropPolicy: _on_table("drop-policy"),
    CreateTrigger: create_trigger,
    DropTrigger: drop_trigger,
    CreateRule: _on_table("create-rule"),
    Rename: rename,
    SetSchema: set_schema,
    ChangeOwner: change_owner,
    DropObject: drop_object,
    DropRoutine: drop_routine,
    DropSchema: drop_schema,
    CreateObject: create_object,
    AlterObject: alter_object,
    CommentOn: comment,
    SecurityLabel: comment,
    Grant: grant,
    DropOwned: drop_owned,
}
