"""How long a statement waits for a lock: what the runner sets, and what the file sets."""

from __future__ import annotations

import re

from sqlmig.lint.context import Context

_WRITTEN = re.compile(r"\s*(?P<count>[0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)\s*(?P<unit>us|ms|s|min|h|d)?\s*")
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def limit_of(written: str) -> int:
    """A timeout in milliseconds, as SET takes it, without a unit too; 0 is none, and so is what PostgreSQL refuses."""
    found = _WRITTEN.fullmatch(written)
    return round(float(found["count"]) * _MILLISECONDS[found["unit"] or "ms"]) if found is not None else 0


def lock_timeout(context: Context) -> int:
    """The lock_timeout in force when an operation runs, in milliseconds; 0 for none.

    The runner sets `apply.lock_timeout`, or what the file's head says, in each transaction; a file without a
    transaction has none but its own. SET in the file counts from where it stands.
    """
    written = context.parameter("lock_timeout")
    if written is not None:
        return limit_of(written)
    asked = context.file.directives.lock_timeout
    if asked is not None:
        return limit_of(asked)
    return limit_of(context.settings.apply.lock_timeout) if context.file.transaction else 0


def is_patient(context: Context) -> bool:
    """Whether an operation waits for its locks without a limit."""
    return lock_timeout(context) == 0
