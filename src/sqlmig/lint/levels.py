"""Which rules count where, and for how much: the configuration's word goes before the rule's own."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from sqlmig.lint.rule import Rule
from sqlmig.lint.settings import Settings
from sqlmig.lint.values import Pack, Severity

OFF = "off"
_OPTIONAL = frozenset({Pack.STRICT, Pack.STYLE})


def rules_in_force(rules: Sequence[Rule], settings: Settings) -> tuple[Rule, ...]:
    """The rules of the packs that are on, and those that the configuration names with a severity.

    Rules of `timescale` and `pgvector` ask for what only those extensions have; they are silent without it.
    """
    packs = {Pack(name) for name in settings.lint.packs}
    named = {
        name
        for levels in (settings.lint.rules, *settings.lint.paths.values())
        for name, level in levels.items()
        if level != OFF
    }
    return tuple(rule for rule in rules if rule.pack not in _OPTIONAL or rule.pack in packs or rule.name in named)


def level_of(rule: Rule, severity: Severity, path: str, settings: Settings) -> Severity | None:
    """What a flag counts for in a file; None when the rule is off there."""
    level: str | None = settings.lint.rules.get(rule.name)
    for glob, levels in settings.lint.paths.items():
        if fnmatchcase(path, glob):
            level = levels.get(rule.name, level)
    if level is not None:
        return None if level == OFF else Severity(level)
    return severity
