"""`allow` comments that name no rule."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.rule import allow_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.wholes import AllowContext
from sqlmig.project.nearest import nearest


@allow_rule(severity=Severity.WARNING)
def bad_ignore(asked: AllowContext) -> Iterator[Flag]:
    """`-- sqlmig: allow RULE: reason` with a rule that there is not.

    Effect: the comment accepts nothing.

    Instead: name the rule as the finding does; `sqlmig lint --list-rules` has them all.
    """
    if asked.allow.rule not in asked.known:
        meant = nearest(asked.allow.rule, asked.known)
        yield Flag(
            f"There is no rule '{asked.allow.rule}'" + (f"; did you mean '{meant}'?" if meant else "."),
            "Name the rule as the finding does; `sqlmig lint --list-rules` has them all.",
        )
