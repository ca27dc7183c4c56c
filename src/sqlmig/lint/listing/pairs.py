"""Rules: pairs of files, and tracks as a whole."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.added_below_base import added_below_base
from sqlmig.lint.rules.contract_in_expand import contract_in_expand
from sqlmig.lint.rules.down_incomplete import down_incomplete
from sqlmig.lint.rules.edited_after_base import edited_after_base
from sqlmig.lint.rules.irreversible import irreversible
from sqlmig.lint.rules.missing_down import missing_down
from sqlmig.lint.rules.version_gap import version_gap

RULES: tuple[Rule, ...] = (
    missing_down,
    down_incomplete,
    irreversible,
    contract_in_expand,
    version_gap,
    edited_after_base,
    added_below_base,
)
