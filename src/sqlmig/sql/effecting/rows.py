"""Rows: queries, INSERT, UPDATE, DELETE, TRUNCATE, COPY. And maintenance: VACUUM, ANALYZE, LOCK."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from sqlmig.sql.definitions import Expression, ForeignKey
from sqlmig.sql.effecting.scene import Handler, Names, Scene, Use
from sqlmig.sql.locktable import LockMode, Role
from sqlmig.sql.operations.rows import Copy, Delete, Insert, Merge, Select, Truncate, Update
from sqlmig.sql.operations.session import Analyze, LockTable, Vacuum
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.queries import relations_read


def select(scene: Scene, operation: Select) -> Iterator[Use]:
    """A query; FOR UPDATE and FOR SHARE lock rows of what it reads. Whether WHERE reads all is not known."""
    reads = relations_read(scene.state, operation.query)
    tables, certain = _tables(scene, reads or ()), reads is not None
    form = "select-for-update" if _locks_rows(operation.query) else "select"
    some = any(token.word in ("where", "limit") for token in operation.query.tokens)
    yield Use(form=form, names={Role.TABLE: tables}, certain=certain, locks_only=some)
    yield from _sequences(scene, operation.query)


def _tables(scene: Scene, names: Iterable[Name]) -> Names:
    """Relations with their partitions."""
    return tuple(dict.fromkeys(found for name in names for found in (scene.resolve(name), *scene.below(name))))


def _locks_rows(query: Expression) -> bool:
    words = [token.word for token in query.tokens]
    return any(word == "for" and following in ("update", "share", "no", "key") for word, following in pairwise(words))


def _sequences(scene: Scene, query: Expression) -> Iterator[Use]:
    """The sequences that setval and nextval name."""
    if not any(token.word in ("setval", "nextval") for token in query.tokens):
        return
    from sqlmig.sql.expressions.names import literal_names

    names = [scene.resolve(name) for name in literal_names(query)]
    sequences = tuple(name for name in names if name in scene.state.sequences)
    yield Use(form="setval", names={Role.SEQUENCE: sequences})


def insert(scene: Scene, operation: Insert) -> Iterator[Use]:
    """INSERT; the tables that its foreign keys point to, and those that its query reads."""
    yield scene.on("insert", operation.table)
    table = scene.table(operation.table)
    if table is not None and table.foreign_keys:
        keys = [found.definition for found in table.foreign_keys]
        referenced = scene.referenced(*(key.references for key in keys if isinstance(key, ForeignKey)))
        yield Use(form="insert-referencing", names={Role.REFERENCED: referenced})
    if operation.source is not None and operation.from_query:
        reads = relations_read(scene.state, operation.source)
        yield Use(form="insert-select", names={Role.SOURCE: _tables(scene, reads or ())}, certain=reads is not None)


def update(scene: Scene, operation: Update) -> Iterator[Use]:
    """UPDATE; without WHERE the table is read whole, with it that depends on what there is."""
    whole = operation.where is None and not operation.current_of
    yield scene.on("update-all" if whole else "update", operation.table, only=operation.only)
    yield from _sources(scene, operation.sources)


def delete(scene: Scene, operation: Delete) -> Iterator[Use]:
    """DELETE; in the tables that point to it, rows are looked for."""
    whole = operation.where is None and not operation.current_of
    yield scene.on("delete-all" if whole else "delete", operation.table, only=operation.only)
    yield from _sources(scene, operation.sources)
    for other, reference in scene.state.references_to(operation.table):
        if reference.enforced:
            indexed = _is_indexed(scene, other.name, reference.columns)
            form = "delete-referenced" if indexed else "delete-referenced-no-index"
            yield Use(form=form, names={Role.REFERENCING: _tables(scene, (other.name,))})


def _is_indexed(scene: Scene, table: Name, columns: tuple[str, ...]) -> bool:
    return any(
        set(index.columns[: len(columns)]) == set(columns) and index.where is None
        for index in scene.state.indexes_on(table)
    )


def merge(scene: Scene, operation: Merge) -> Iterator[Use]:
    """MERGE."""
    yield scene.on("merge", operation.table)
    yield from _sources(scene, operation.source)


def _sources(scene: Scene, sources: Expression | None) -> Iterator[Use]:
    """What stands behind FROM or USING."""
    if sources is None:
        return
    from sqlmig.sql.expressions.queries import source_relations

    found = source_relations(sources)
    names = tuple(relation.name for relation in found or ())
    yield Use(form="select", names={Role.TABLE: _tables(scene, names)}, certain=found is not None)


def truncate(scene: Scene, operation: Truncate) -> Iterator[Use]:
    """TRUNCATE; with CASCADE all tables that point there, and those that point to them."""
    pending = [scene.resolve(name) for name in operation.tables]
    seen: dict[Name, None] = {}
    while pending:
        name = pending.pop(0)
        if name in seen:
            continue
        seen[name] = None
        if operation.cascade:
            pending += [other.name for other, _ in scene.state.references_to(name)]
    for name in seen:
        yield _truncated(scene, name)


def _truncated(scene: Scene, name: Name) -> Use:
    table = scene.table(name)
    if table is not None and table.partition_of is not None and not scene.is_partitioned(name):
        return Use(form="truncate-partition", names={Role.PARTITION: (name,)})
    return scene.on("truncate", name)


def copy(scene: Scene, operation: Copy) -> Iterator[Use]:
    """COPY."""
    if operation.table is None:
        reads = relations_read(scene.state, operation.query) if operation.query is not None else ()
        yield Use(form="select", names={Role.TABLE: _tables(scene, reads or ())}, certain=reads is not None)
    else:
        yield scene.on("copy-from" if operation.reads else "select", operation.table)


# --- maintenance ---


def vacuum(scene: Scene, operation: Vacuum) -> Iterator[Use]:
    """VACUUM; without tables, of all that there are."""
    form = "vacuum-full" if operation.full else "vacuum"
    yield from _maintained(scene, form, operation.tables)


def analyze(scene: Scene, operation: Analyze) -> Iterator[Use]:
    """ANALYZE."""
    yield from _maintained(scene, "analyze", operation.tables)


def _maintained(scene: Scene, form: str, tables: Names) -> Iterator[Use]:
    for name in tables or scene.state.tables:
        yield scene.on(form, name, only=not scene.is_partitioned(name), certain=bool(tables))


def lock(scene: Scene, operation: LockTable) -> Iterator[Use]:
    """LOCK TABLE, in the mode that it says."""
    mode = next((mode for mode in LockMode if mode.words == operation.mode.upper()), None)
    for name in operation.tables:
        yield scene.on("lock-table", name).replaced(mode=mode)


HANDLERS: Final[dict[type, Handler]] = {
    Select: select,
    Insert: insert,
    Update: update,
    Delete: delete,
    Merge: merge,
    Truncate: truncate,
    Copy: copy,
    Vacuum: vacuum,
    Analyze: analyze,
    LockTable: lock,
}
