"""Operations replayed over a schema state: what the schema looks like after they have run.

Every operation can be replayed. One that changes nothing that a state knows of leaves it as it is, and so does one
about something that is not there. A table that is altered without being known is known from then on, as far as it goes
(`Table.known_from_creation`). `Unknown` and DynamicSql change nothing: the caller knows that they were there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

from sqlmig.sql.operations.base import Operation
from sqlmig.sql.replaying import (
    columns,
    constraints,
    indexes,
    objects,
    partitions,
    policies,
    routines,
    tables,
    timescale,
    types,
    views,
)
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.schema.state import TEMPORARY, SchemaState


def replay(
    state: SchemaState, operation: Operation, *, origin: Hashable | None = None, transaction: bool = True
) -> SchemaState:
    """The state after one operation.

    Args:
        state: the state before it; it stays as it is.
        operation: what runs, and does not fail.
        origin: what objects that it makes are marked with: the file, for instance. None: with nothing.
        transaction: whether it runs in its file's transaction.
    """
    return replay_all(state, (operation,), origin=origin, transaction=transaction)


def replay_all(
    state: SchemaState, operations: Iterable[Operation], *, origin: Hashable | None = None, transaction: bool = True
) -> SchemaState:
    """The state after several operations of one origin."""
    draft = Draft(state, origin, transaction=transaction)
    for operation in operations:
        handler = _HANDLERS.get(type(operation))
        if handler is not None:
            draft.begin(operation)
            handler(draft, operation)
    return draft.state


def without_temporary(state: SchemaState) -> SchemaState:
    """The state when the session has ended."""
    return state.replaced(
        tables={name: table for name, table in state.tables.items() if name.schema != TEMPORARY},
        indexes={name: index for name, index in state.indexes.items() if name.schema != TEMPORARY},
        views={name: view for name, view in state.views.items() if name.schema != TEMPORARY},
        sequences={name: sequence for name, sequence in state.sequences.items() if name.schema != TEMPORARY},
    )


_HANDLERS: Final[dict[type, Handler]] = (
    tables.HANDLERS
    | columns.HANDLERS
    | constraints.HANDLERS
    | indexes.HANDLERS
    | partitions.HANDLERS
    | views.HANDLERS
    | policies.HANDLERS
    | routines.HANDLERS
    | types.HANDLERS
    | objects.HANDLERS
    | timescale.HANDLERS
)
"""Who replays which operation. Those that are missing change nothing that a state knows of."""
