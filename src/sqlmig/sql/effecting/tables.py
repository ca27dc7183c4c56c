"""Tables: CREATE, DROP, and what ALTER TABLE does to a table as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.effecting.partitions import dropped_partition, new_partition
from sqlmig.sql.effecting.scene import Handler, Scene, Use
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.tables import (
    AlterTable,
    ClusterOn,
    CreateTable,
    CreateTableAs,
    DropTable,
    Firing,
    Persistence,
    RowSecurity,
    SetAccessMethod,
    SetInheritance,
    SetOfType,
    SetOptions,
    SetPersistence,
    SetReplicaIdentity,
    SetRowSecurity,
    SetRule,
    SetTablespace,
    SetTrigger,
    SetWithoutOids,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.queries import relations_read

# --- CREATE and DROP ---


def create_table(scene: Scene, operation: CreateTable) -> Iterator[Use]:
    """CREATE TABLE: only what it refers to can be in anybody's way."""
    name = scene.state.resolve_new(operation.table, temporary=operation.persistence is Persistence.TEMPORARY)
    if operation.if_not_exists and scene.state.relation(name) is not None:
        return
    yield Use(form="create-table")
    written = [*operation.constraints, *(found for column in operation.columns for found in column.constraints)]
    keys = [found.references for found in written if isinstance(found, ForeignKey)]
    referenced = tuple(other for other in scene.referenced(*keys) if other != name)
    if referenced:
        yield Use(form="create-table-references", names={Role.REFERENCED: referenced})
    if operation.inherits:
        yield Use(form="create-table-inherits", names={Role.PARENT: tuple(map(scene.resolve, operation.inherits))})
    if operation.likes:
        sources = tuple(scene.resolve(like.table) for like in operation.likes)
        yield Use(form="create-table-like", names={Role.SOURCE: sources})
    if operation.partition_of is not None:
        yield from new_partition(scene, operation.partition_of, operation.bound)


def create_table_as(scene: Scene, operation: CreateTableAs) -> Iterator[Use]:
    """CREATE TABLE AS."""
    form = "create-table-as" if operation.with_data else "create-table-as-no-data"
    reads = relations_read(scene.state, operation.query)
    yield Use(form=form, names={Role.SOURCE: reads or ()}, certain=reads is not None)


def drop_table(scene: Scene, operation: DropTable) -> Iterator[Use]:
    """DROP TABLE, with the tables that its foreign keys point to; with CASCADE those that point to it."""
    table = scene.table(operation.table)
    if table is not None and table.partition_of is not None:
        yield from dropped_partition(scene, table)
        return
    alone = not operation.cascade and not scene.is_partitioned(operation.table)
    yield scene.on("drop-table", operation.table, only=alone, certain=scene.knows(operation.table))
    if table is None:
        return
    keys = [found.definition for found in table.foreign_keys]
    referenced = scene.referenced(*(key.references for key in keys if isinstance(key, ForeignKey)))
    if referenced:
        yield scene.on("drop-table-referencing", operation.table, only=True, referenced=referenced)
    if operation.cascade:
        yield from _dropped_with(scene, table.name)


def _dropped_with(scene: Scene, table: Name) -> Iterator[Use]:
    """What CASCADE takes along."""
    referencing = tuple(other.name for other, _ in scene.state.references_to(table))
    if referencing:
        yield scene.on("drop-table-referenced", table, only=True, referencing=referencing)
    if views := tuple(view.name for view in scene.state.views_on(table)):
        yield scene.on("drop-table-cascade-view", table, only=True, view=views)


# --- ALTER TABLE ---


def _plain(form: str, *, recurses: bool = False) -> Handler:
    """An action that is always the same form."""

    def uses(scene: Scene, operation: AlterTable) -> Iterable[Use]:
        return (scene.on(form, operation.table, only=operation.only or not recurses),)

    return uses


def set_row_security(scene: Scene, operation: SetRowSecurity) -> Iterator[Use]:
    """ENABLE, DISABLE, FORCE, NO FORCE ROW LEVEL SECURITY: of the table alone."""
    forms = {
        RowSecurity.ENABLE: "enable-row-security",
        RowSecurity.DISABLE: "disable-row-security",
        RowSecurity.FORCE: "force-row-security",
        RowSecurity.NO_FORCE: "no-force-row-security",
    }
    yield scene.on(forms[operation.action], operation.table, only=True)


def set_options(scene: Scene, operation: SetOptions) -> Iterator[Use]:
    """SET (...) and RESET (...), of a table, a view or an index."""
    name = scene.resolve(operation.table)
    options = {option.name for option in operation.options}
    view = scene.state.views.get(name)
    if view is not None and not view.materialized:
        form = "set-view-security-invoker" if "security_invoker" in options else "set-view-options"
        yield Use(form=form, names={Role.VIEW: (name,)})
    elif name in scene.state.indexes:
        yield Use(form="alter-index-set", names={Role.INDEX: (name,)})
    elif "user_catalog_table" in options:
        yield scene.on("set-options-user-catalog-table", operation.table, only=True)
    elif operation.reset:
        yield scene.on("reset-options", operation.table, only=True)
    else:
        # TimescaleDB's own options are its affair: what they lock was not measured.
        yield scene.on("set-options", operation.table, only=True, certain=not any("." in option for option in options))


def set_persistence(scene: Scene, operation: SetPersistence) -> Iterator[Use]:
    """SET LOGGED, SET UNLOGGED: one that is so already is left alone."""
    unlogged = operation.persistence is Persistence.UNLOGGED
    table = scene.table(operation.table)
    already = table is not None and table.known_from_creation and table.persistence is operation.persistence
    use = scene.on("set-unlogged" if unlogged else "set-logged", operation.table, only=True)
    yield use.replaced(locks_only=already)


def set_access_method(scene: Scene, operation: SetAccessMethod) -> Iterator[Use]:
    """SET ACCESS METHOD: one that the table has already changes nothing."""
    table = scene.table(operation.table)
    same = table is not None and table.known_from_creation and table.access_method == (operation.method or "heap")
    yield scene.on("set-access-method-same" if same else "set-access-method", operation.table, only=True)


def set_trigger(scene: Scene, operation: SetTrigger) -> Iterator[Use]:
    """ENABLE, DISABLE TRIGGER."""
    form = "disable-trigger" if operation.firing is Firing.DISABLE else "enable-trigger"
    if operation.trigger is None and operation.firing is Firing.DISABLE:
        form = "disable-trigger-all"
    yield scene.on(form, operation.table, only=operation.only)


def set_inheritance(scene: Scene, operation: SetInheritance) -> Iterator[Use]:
    """INHERIT, NO INHERIT."""
    form = "inherit" if operation.inherit else "no-inherit"
    yield scene.on(form, operation.table, only=True, parent=(scene.resolve(operation.parent),))


HANDLERS: Final[dict[type, Handler]] = {
    CreateTable: create_table,
    CreateTableAs: create_table_as,
    DropTable: drop_table,
    SetRowSecurity: set_row_security,
    SetOptions: set_options,
    SetPersistence: set_persistence,
    SetTablespace: _plain("set-tablespace"),
    SetAccessMethod: set_access_method,
    ClusterOn: _plain("cluster-on"),
    SetReplicaIdentity: _plain("replica-identity"),
    SetTrigger: set_trigger,
    SetInheritance: set_inheritance,
    # Not measured by themselves: they take ACCESS EXCLUSIVE, as the forms named here do.
    SetRule: _plain("create-rule"),
    SetOfType: _plain("rename-table"),
    SetWithoutOids: _plain("rename-table"),
}
