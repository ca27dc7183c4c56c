"""`-- sqlmig: allow RULE: reason`: one rule, one statement, a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmig.sql.statements import Statement

_ALLOW = re.compile(r"--[ \t]*sqlmig:[ \t]*allow[ \t]+(?P<rule>[a-z][a-z0-9-]*)[ \t]*:[ \t]*(?P<reason>\S.*?)[ \t]*$")


@dataclass(frozen=True, slots=True)
class Allow:
    """One such comment, and the statement that it stands above."""

    rule: str
    reason: str
    at: int
    """Offset of the comment in the rendered text."""
    start: int
    """The statement that it counts for, from here ..."""
    end: int
    """... to here."""

    def covers(self, rule: str, at: int) -> bool:
        """Whether a finding of that rule, at that offset, is accepted by it."""
        return rule == self.rule and self.start <= at <= self.end


def allows_of(statements: Iterable[Statement]) -> tuple[Allow, ...]:
    """The `allow` comments directly above these statements; each counts for that one statement only."""
    return tuple(
        Allow(found["rule"], found["reason"], comment.start, statement.start, statement.end)
        for statement in statements
        for comment in statement.comments
        if (found := _ALLOW.match(comment.text))
    )
