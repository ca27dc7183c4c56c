"""Rows and jobs of hypertables that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import called
from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import named_first
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.routines import Call
from sqlmig.sql.operations.rows import Select

_REMOVE = {
    "remove_retention_policy": "old rows are no longer dropped, and the table grows",
    "remove_compression_policy": "new chunks are no longer compressed, and the table grows",
    "remove_columnstore_policy": "new chunks are no longer compressed, and the table grows",
    "remove_continuous_aggregate_policy": "it is no longer refreshed, and what it says grows old",
    "remove_reorder_policy": "new chunks are no longer put into order",
}


@rule(Select, Call, pack=Pack.TIMESCALE)
def ts_drop_chunks(operation: Select | Call, context: Context) -> Iterator[Flag]:
    """drop_chunks and add_retention_policy on a hypertable that was there before; and the removal of a policy.

    Effect: the rows of whole chunks are gone, in every tenant's schema, and no rollback brings them back. Without its
    policy, a table is no longer kept as it was.

    Instead: where it is meant, say so with an `allow` and its reason; keep a backup of what is dropped.

    Unless: the hypertable is made by the same migration; or a down file removes a policy.
    """
    for call in called(operation, {"drop_chunks", "add_retention_policy", *_REMOVE}):
        name, function = named_first(call), call.name.name
        if name is not None and context.is_new(name):
            continue
        table = context.shown(name) if name is not None else "the hypertable"
        if function in _REMOVE:
            if not is_down(context.file):
                message = f"From now on {table} has no such policy: {_REMOVE[function]}."
                instead = "Remove it only with something else in its place."
                yield Flag(message, instead, at=call.at, severity=Severity.WARNING)
            continue
        when = "at once" if function == "drop_chunks" else "as soon as the job runs, and from then on again and again"
        yield Flag(
            f"Rows of {table} are dropped {when}; no rollback brings them back.",
            "Make sure that nobody needs them, or that there is a backup.",
            at=call.at,
        )
