"""What an operation locks, rewrites and reads whole: by name, on one server version, with the schema as it is.

The facts stand in the lock table; `sql/effecting` says which of its forms an operation is, and who plays which role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final

from sqlmig.sql.effecting import columns, constraints, indexes, objects, partitions, rows, tables, types, views
from sqlmig.sql.effecting.scene import Handler, Scene, Use
from sqlmig.sql.locktable import LockMode, Role, measured
from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.operations.routines import Call, Do
from sqlmig.sql.operations.session import DynamicSql
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.schema.state import SchemaState


class Effect(Record):
    """What an operation does to relations that were there before it. Their names have schemas."""

    locks: Mapping[Name, LockMode]
    """The strongest lock on each that is held to the end of the transaction."""
    rewrites: frozenset[Name] = frozenset()
    """The tables that are written anew, and the indexes that are built again although their table is not."""
    scans: frozenset[Name] = frozenset()
    """The tables that are read whole."""
    form: str = ""
    """The form of the lock table that says so, the first of several; '' when it has none."""
    certain: bool = True
    """False when the answer rests on something that is not known: the type of a column, the table of an index."""
    error: str | None = None
    """SQLSTATE and message, when the server refuses it, or does as soon as the table has rows."""


def effect(operation: Operation, state: SchemaState, *, postgres: int, timezone_utc: bool = False) -> Effect:
    """What an operation does.

    Args:
        operation: what runs.
        state: the schema before it.
        postgres: the server's major version.
        timezone_utc: whether TimeZone is known to be UTC when it runs.
    """
    handler = _HANDLERS.get(type(operation))
    if handler is None:
        return Effect(locks={}, certain=not isinstance(operation, _OPAQUE))
    scene = Scene(state=state, postgres=postgres, timezone_utc=timezone_utc)
    return _together(list(handler(scene, operation)), scene)


def _together(uses: list[Use], scene: Scene) -> Effect:
    locks: dict[Name, LockMode] = {}
    rewrites: set[Name] = set()
    scans: set[Name] = set()
    error: str | None = None
    for use in uses:
        facts = measured(use.form, scene.postgres)
        error = error or facts.error
        for role, mode in facts.locks.items():
            for name in use.names.get(role, ()):
                asked = use.mode or mode
                locks[name] = max(asked, locks.get(name, asked))
        if not use.locks_only:
            rewrites |= _names(facts.rewrites, use)
            scans |= _names(facts.scans, use)
    return Effect(
        locks=locks,
        rewrites=_with_rows(rewrites, scene),
        scans=_with_rows(scans, scene),
        form=uses[0].form if uses else "",
        certain=all(use.certain for use in uses),
        error=error,
    )


def _names(roles: Iterable[Role], use: Use) -> set[Name]:
    return set(chain.from_iterable(use.names.get(role, ()) for role in roles))


def _with_rows(names: Iterable[Name], scene: Scene) -> frozenset[Name]:
    """Those that have rows of their own: a partitioned table has none."""
    return frozenset(name for name in names if not scene.is_partitioned(name))


_OPAQUE: Final = (Unknown, DynamicSql, Do, Call)
"""What they do cannot be told from themselves; of DO, the operations inside say it."""

_HANDLERS: Final[dict[type, Handler]] = (
    columns.HANDLERS
    | constraints.HANDLERS
    | indexes.HANDLERS
    | objects.HANDLERS
    | partitions.HANDLERS
    | rows.HANDLERS
    | tables.HANDLERS
    | types.HANDLERS
    | views.HANDLERS
)
