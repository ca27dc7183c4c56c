"""Partitions: made, attached, detached, dropped. A DEFAULT partition is read when another one comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.sql.definitions import Bound, BoundKind, ForeignKey
from sqlmig.sql.effecting.scene import Handler, Scene, Use
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.tables import AttachPartition, Detach, DetachPartition
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.reads import same_text
from sqlmig.sql.schema.tables import Index, Table


def new_partition(scene: Scene, parent: Name, bound: Bound | None) -> Iterator[Use]:
    """CREATE TABLE ... PARTITION OF."""
    table = scene.table(parent)
    yield Use(form="create-partition-of", names={Role.PARENT: (scene.resolve(parent),)})
    if table is None:
        return
    default = default_partition(scene, table)
    if default is not None and bound is not None and bound.kind is not BoundKind.DEFAULT:
        form = "create-partition-of-with-default"
        yield Use(form=form, names={Role.DEFAULT_PARTITION: (default.name,)}, certain=not default.checks)
    if table.foreign_keys:
        yield Use(form="create-partition-of-references", names={Role.REFERENCED: _referenced(scene, table)})


def default_partition(scene: Scene, parent: Table) -> Table | None:
    """The DEFAULT partition of a table."""
    for partition in scene.state.partitions_of(parent.name):
        if partition.bound is not None and partition.bound.kind is BoundKind.DEFAULT:
            return partition
    return None


def _referenced(scene: Scene, table: Table) -> tuple[Name, ...]:
    keys = [found.definition for found in table.foreign_keys]
    return scene.referenced(*(key.references for key in keys if isinstance(key, ForeignKey)))


# --- ATTACH ---


def attach(scene: Scene, operation: AttachPartition) -> Iterator[Use]:
    """ATTACH PARTITION: the rows of the partition are read, unless a valid CHECK says what they are."""
    index = scene.state.index(operation.table)
    if index is not None:
        yield from _attach_index(scene, index, operation.partition)
        return
    parent, partition = scene.resolve(operation.table), scene.resolve(operation.partition)
    above, table = scene.table(parent), scene.table(partition)
    form, certain = "attach-partition", above is not None and table is not None and table.known_from_creation
    if above is not None and table is not None and operation.bound is not None:
        # Loaded late: reading expressions is more than most files ask for.
        from sqlmig.sql.effecting.bounds import proves_bound

        proven = proves_bound(table, above, operation.bound)
        form = "attach-partition-proven" if proven else form
        certain = certain and proven is not None
    names = {Role.PARENT: (parent,), Role.PARTITION: (partition, *scene.below(partition))}
    yield Use(form=form, names=names, certain=certain)
    if above is None:
        return
    default = default_partition(scene, above)
    if default is not None and default.name != partition:
        use = Use(form="attach-partition-with-default", names={Role.DEFAULT_PARTITION: (default.name,)})
        yield use.replaced(certain=not default.checks)
    if table is not None and any(not _has_index(scene, table, each) for each in scene.state.indexes_on(parent)):
        yield Use(form="attach-partition-proven-index-missing", names=names)
    if above.foreign_keys:
        yield Use(form="attach-partition-proven-references", names=names | {Role.REFERENCED: _referenced(scene, above)})


def _has_index(scene: Scene, table: Table, needed: Index) -> bool:
    """Whether a table has the index that it needs as a partition; of a key it must be the key's own."""
    return any(
        own.valid
        and own.elements == needed.elements
        and own.unique == needed.unique
        and own.method == needed.method
        and same_text(own.where, needed.where)
        and (needed.constraint is None or own.constraint is not None)
        for own in scene.state.indexes_on(table.name)
    )


def _attach_index(scene: Scene, parent: Index, name: Name) -> Iterator[Use]:
    """ALTER INDEX ... ATTACH PARTITION."""
    index = scene.state.index(name)
    names = {Role.PARENT: (parent.table,), Role.INDEX: (scene.resolve(name),)}
    if index is not None:
        names[Role.PARTITION] = (index.table,)
    yield Use(form="alter-index-attach", names=names, certain=index is not None)


# --- DETACH and DROP ---


def detach(scene: Scene, operation: DetachPartition) -> Iterator[Use]:
    """DETACH PARTITION; CONCURRENTLY is refused while there is a DEFAULT partition."""
    parent, partition = scene.resolve(operation.table), scene.resolve(operation.partition)
    above = scene.table(parent)
    default = default_partition(scene, above) if above is not None else None
    names = {Role.PARENT: (parent,), Role.PARTITION: (partition, *scene.below(partition))}
    match operation.mode:
        case Detach.FINALIZE:
            yield Use(form="detach-partition-finalize", names=names)
        case Detach.CONCURRENTLY:
            form = "detach-concurrently" if default is None else "detach-concurrently-with-default"
            yield Use(form=form, names=names, certain=above is not None)
        case Detach.PLAIN:
            yield Use(form="detach-partition", names=names, certain=above is not None)
            if default is not None:
                more = names | {Role.DEFAULT_PARTITION: (default.name,)}
                yield Use(form="detach-partition-with-default", names=more)
            if above is not None and above.foreign_keys:
                more = names | {Role.REFERENCED: _referenced(scene, above)}
                yield Use(form="detach-partition-references", names=more)


def dropped_partition(scene: Scene, table: Table) -> Iterator[Use]:
    """DROP TABLE of a partition."""
    assert table.partition_of is not None  # noqa: S101  (the caller has looked)
    names = {Role.PARENT: (table.partition_of,), Role.PARTITION: (table.name, *scene.below(table.name))}
    yield Use(form="drop-partition", names=names)
    above = scene.table(table.partition_of)
    default = default_partition(scene, above) if above is not None else None
    if default is not None and default.name != table.name:
        yield Use(form="drop-partition-with-default", names=names | {Role.DEFAULT_PARTITION: (default.name,)})


HANDLERS: Final[dict[type, Handler]] = {AttachPartition: attach, DetachPartition: detach}
