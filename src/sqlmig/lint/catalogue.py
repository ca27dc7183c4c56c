"""The list of rules. To add one: a file in `rules/`, a line here, and its bad and good SQL under tests/lint/rules/."""

from __future__ import annotations

from sqlmig.lint.listing import (
    compatibility,
    extensions,
    indexes,
    pairs,
    quality,
    robustness,
    security,
    tables,
    tenancy,
    transactions,
)
from sqlmig.lint.rule import Rule

RULES: tuple[Rule, ...] = (
    *indexes.RULES,
    *tables.RULES,
    *transactions.RULES,
    *compatibility.RULES,
    *robustness.RULES,
    *quality.RULES,
    *security.RULES,
    *tenancy.RULES,
    *extensions.RULES,
    *pairs.RULES,
)
