"""Tables with rows that become hypertables."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import called
from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import named_first
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.rows import Select


@rule(Select, pack=Pack.TIMESCALE)
def ts_migrate_data(operation: Select, context: Context) -> Iterator[Flag]:
    """create_hypertable(..., migrate_data => true) on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Nobody can read or write it until every row has been moved into a
    chunk.

    Instead: make a new hypertable, copy the rows in batches, and let the code change over.

    Unless: the table is made by the same migration.
    """
    for call in called(operation, {"create_hypertable"}):
        migrates = next((name for name in call.argument_names if name == "migrate_data"), None)
        value = call.named_argument(-1, "migrate_data")
        name = named_first(call)
        if migrates is None or (value is not None and value.text.lower() in ("false", "'false'", "'f'")):
            continue
        if name is None or not context.is_new(name):
            table = context.shown(name) if name is not None else "the table"
            small = name is not None and context.is_small(name)
            yield Flag(
                f"Nobody can read or write {table} until every row of it has been moved into a chunk.",
                "Make a new hypertable beside it, copy the rows in batches, and let the code change over.",
                at=call.at,
                severity=Severity.WARNING if small else None,
            )
