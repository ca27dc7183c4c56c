"""How long a statement waits for a lock: what the runner sets, and what the file sets."""

from __future__ import annotations

from sqlmig.lint.context import Context
from sqlmig.project.durations import milliseconds


def lock_timeout(context: Context) -> int:
    """The lock_timeout in force when an operation runs, in milliseconds; 0 for none.

    The runner sets `apply.lock_timeout`, or what the file's head says, in each transaction; a file without a
    transaction has none but its own. SET in the file counts from where it stands.
    """
    written = context.parameter("lock_timeout")
    if written is not None:
        return milliseconds(written) or 0
    asked = context.file.directives.lock_timeout
    if asked is not None:
        return milliseconds(asked) or 0
    return (milliseconds(context.settings.apply.lock_timeout) or 0) if context.file.transaction else 0


def is_patient(context: Context) -> bool:
    """Whether an operation waits for its locks without a limit."""
    return lock_timeout(context) == 0
