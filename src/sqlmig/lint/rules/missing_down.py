"""Up files without a way back."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.differences import dropping
from sqlmig.lint.rule import pair_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.wholes import PairContext
from sqlmig.sql.schema.difference import How, difference


@pair_rule(severity=Severity.WARNING)
def missing_down(pair: PairContext) -> Iterator[Flag]:
    """An up file without a down file, and without `irreversible`.

    Effect: `sqlmig rollback` refuses this migration and every one below it.

    Instead: write the down file, or say in the up file why there is no way back.
    """
    if pair.down is not None or pair.irreversible is not None:
        return
    down = pair.up.file.path.removesuffix(".up.sql") + ".down.sql"
    made = difference(pair.up.start, pair.up.end)
    message = f"There is no {down}: `sqlmig rollback` can take back neither this migration nor any below it."
    reason = "-- sqlmig: irreversible <the reason>"
    if made and all(found.how is How.LEFT_OVER for found in made):
        instead = f"Write that file; or say at the head of this one why there is no way back, with `{reason}`:"
        yield Flag(message, instead, dropping(made, pair.up.file))
    else:
        yield Flag(message, "Write that file; or say at the head of this one why there is no way back:", reason)
