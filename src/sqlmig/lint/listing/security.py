"""Rules: security."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.rls_missing import rls_missing

RULES: tuple[Rule, ...] = (rls_missing,)
