"""Continuous aggregates within a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import option
from sqlmig.lint.remedies import OFF
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.sql.operations.indexes import CreateMaterializedView
from sqlmig.sql.operations.routines import Call


@rule(CreateMaterializedView, Call, pack=Pack.TIMESCALE)
def ts_cagg_in_tx(operation: CreateMaterializedView | Call, context: Context) -> Iterator[Flag]:
    """A continuous aggregate made with its data, or refresh_continuous_aggregate, in a transaction.

    Effect: both run transactions of their own, and fail within one.

    Instead: WITH NO DATA, and a refresh in a file of its own with `-- sqlmig: transaction off`, or by a policy.
    """
    inside = context.file.transaction or context.occurrence.statement is not context.occurrence.outer
    if not inside:
        return
    match operation:
        case CreateMaterializedView(with_data=True) if option(operation.options, "continuous") is not None:
            name = context.shown(operation.view)
            yield Flag(
                f"{name} cannot be made with its data in a transaction: filling it needs transactions of its own.",
                "Make it empty, and refresh it in a migration of its own:",
                f"{_without_data(context)}\n-- in the next migration:\n{OFF}\n"
                f"CALL refresh_continuous_aggregate('{name}', NULL, NULL);",
            )
        case Call(routine=routine) if routine.name == "refresh_continuous_aggregate":
            yield Flag(
                "refresh_continuous_aggregate cannot run in a transaction: it needs transactions of its own.",
                "Call it in a migration of its own:",
                f"{OFF}\nCALL {operation.call.text};",
            )
        case _:
            return


def _without_data(context: Context) -> str:
    with_data = context.rewritten("WITH DATA", "WITH NO DATA")
    return with_data if with_data != context.written else f"{context.written.removesuffix(';')}\nWITH NO DATA;"
