"""`allow` comments that accept nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.rule import allow_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.wholes import AllowContext


@allow_rule(severity=Severity.WARNING)
def unused_ignore(asked: AllowContext) -> Iterator[Flag]:
    """`-- sqlmig: allow RULE: reason` above a statement in which that rule finds nothing.

    Effect: the comment says that there is a danger where there is none, and would hide the next one.

    Instead: take it out, or put it directly above the statement that it is meant for: it counts for one statement.
    """
    if asked.allow.rule in asked.known and asked.in_force and not asked.used:
        yield Flag(
            f"This accepts {asked.allow.rule}, but that rule finds nothing in the statement below.",
            "Take the comment out, or put it directly above the statement that it is meant for.",
        )
