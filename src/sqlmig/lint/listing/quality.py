"""Rules: quality."""

from __future__ import annotations

from sqlmig.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
