"""Indexes: CREATE, DROP, REINDEX, CLUSTER."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlmig.sql.effecting.scene import Handler, Scene, Use
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.indexes import CreateIndex, DropIndex, Reindex
from sqlmig.sql.operations.session import Cluster
from sqlmig.sql.reader import Name


def create_index(scene: Scene, operation: CreateIndex) -> Iterator[Use]:
    """CREATE INDEX; of a partitioned table ON ONLY it, or on its partitions too."""
    table = operation.table
    if operation.only and scene.is_partitioned(table):
        yield Use(form="create-index-only", names={Role.PARENT: (scene.resolve(table),)})
        return
    form = "create-index-concurrently" if operation.concurrently else "create-index"
    # Heirs that are no partitions keep their own indexes.
    yield scene.on(form, table, only=not scene.is_partitioned(table))


def drop_index(scene: Scene, operation: DropIndex) -> Iterator[Use]:
    """DROP INDEX; of one that is not known the table is not known either."""
    index = scene.state.index(operation.index)
    form = "drop-index-concurrently" if operation.concurrently else "drop-index"
    if index is None:
        yield Use(form=form, certain=operation.if_exists and _is_gone(scene, operation.index))
    else:
        yield scene.on(form, index.table, only=not scene.is_partitioned(index.table))


def _is_gone(scene: Scene, index: Name) -> bool:
    return (Kind.INDEX, scene.resolve(index), None) in scene.state.dropped


def reindex(scene: Scene, operation: Reindex) -> Iterator[Use]:
    """REINDEX of an index, a table, a schema or the database."""
    concurrently, name = operation.concurrently, operation.name
    if operation.kind is Kind.INDEX and name is not None:
        index = scene.state.index(name)
        form = "reindex-index-concurrently" if concurrently else "reindex-index"
        if index is None:
            yield Use(form=form, names={Role.INDEX: (scene.resolve(name),)}, certain=False)
        else:
            yield Use(form=form, names={Role.TABLE: (index.table,), Role.INDEX: (index.name,)})
    elif operation.kind is Kind.TABLE and name is not None:
        yield from _reindex_tables(scene, (scene.resolve(name),), concurrently=concurrently)
    else:
        schema = name.name if operation.kind is Kind.SCHEMA and name is not None else None
        tables = (table for table in scene.state.tables if schema in (None, table.schema))
        yield from _reindex_tables(scene, tables, concurrently=concurrently)


def _reindex_tables(scene: Scene, tables: Iterable[Name], *, concurrently: bool) -> Iterator[Use]:
    form = "reindex-concurrently" if concurrently else "reindex-table"
    for table in tables:
        below = scene.below(table) if scene.is_partitioned(table) else ()
        for each in below or (table,):
            indexes = tuple(index.name for index in scene.state.indexes_on(each))
            certain = scene.knows(each) or scene.state.view(each) is not None
            yield Use(form=form, names={Role.TABLE: (each,), Role.INDEX: indexes}, certain=certain)


def cluster(scene: Scene, operation: Cluster) -> Iterator[Use]:
    """CLUSTER; without a table those that were clustered before, which nobody here knows."""
    if operation.table is None:
        yield Use(form="cluster", certain=False)
    else:
        yield scene.on("cluster", operation.table, only=not scene.is_partitioned(operation.table))


HANDLERS: Final[dict[type, Handler]] = {
    CreateIndex: create_index,
    DropIndex: drop_index,
    Reindex: reindex,
    Cluster: cluster,
}
