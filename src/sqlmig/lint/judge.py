"""Puts every rule's questions, and turns its flags into findings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlmig.errors import Place
from sqlmig.lint.allow import Allow
from sqlmig.lint.context import File, FileContext, Runs
from sqlmig.lint.levels import level_of
from sqlmig.lint.reading import understood
from sqlmig.lint.rule import Inside, Rule, Subject
from sqlmig.lint.settings import Settings
from sqlmig.lint.values import Finding, Flag, LintResult
from sqlmig.lint.wholes import AllowContext, PairContext, TrackContext
from sqlmig.sql.operations.base import Operation


class Judge:
    """Gathers the findings of one run."""

    def __init__(self, settings: Settings, rules: Sequence[Rule], known: Sequence[Rule]) -> None:
        """Takes the rules in force, and all that there are: an `allow` may name one that is off."""
        self.replayed = 0
        self._settings = settings
        self._rules = {rule.name: rule for rule in rules}
        self._known = {rule.name: rule for rule in known}
        self._by_subject = {s: tuple(rule for rule in rules if rule.subject is s) for s in Subject}
        self._rules_for = cache(self._find_rules_for)
        self._findings: dict[tuple[str, str, str], Finding] = {}
        self._files: dict[str, _Judged] = {}
        self._allows: dict[str, tuple[Place, Allow, _Judged]] = {}
        self._used: set[str] = set()
        self._counts: dict[str, tuple[int, int]] = {}

    def file(self, context: FileContext) -> None:
        """Judge one file as it was rendered for one sample."""
        path = context.file.path
        self._files[path] = judged = _Judged(context.file, context.allows)
        self._counts[path] = max(self._counts.get(path, (0, 0)), understood(context))
        for allow in context.allows:
            place = context.file.place(allow.at)
            self._allows[str(place)] = (place, allow, judged)
        for occurrence in context.occurrences:
            operation, asked = occurrence.operation, context.context(occurrence)
            for rule in self._rules_for(type(operation)):
                if occurrence.runs is Runs.NOW or rule.inside is Inside.ALL:
                    for flag in rule.check(operation, asked):
                        self._add(rule, flag, judged, operation.at)
        for rule in self._by_subject[Subject.FILE]:
            for flag in rule.check(context):
                self._add(rule, flag, judged, context.file.head)

    def pair(self, pair: PairContext) -> None:
        """Judge an up file with its down file; what is found stands at the up file."""
        for rule in self._by_subject[Subject.PAIR]:
            for flag in rule.check(pair):
                self._add(rule, flag, _Judged(pair.up.file, pair.up.allows), pair.up.file.head)

    def track(self, track: TrackContext) -> None:
        """Judge a track as a whole, after its files."""
        for rule in self._by_subject[Subject.TRACK]:
            for path, flag in rule.check(track):
                if path in self._files:
                    judged = self._files[path]
                    self._add(rule, flag, judged, judged.file.head)

    def result(self) -> LintResult:
        """All that was found, and the `allow` comments that accepted nothing."""
        self._judge_allows()
        findings = sorted(self._findings.values(), key=_order)
        return LintResult(
            findings=tuple(finding for finding in findings if finding.accepted is None),
            accepted=tuple(finding for finding in findings if finding.accepted is not None),
            files=len(self._counts),
            statements=sum(statements for statements, _ in self._counts.values()),
            understood=sum(read for _, read in self._counts.values()),
            replayed=self.replayed,
        )

    def _find_rules_for(self, operation: type[Operation]) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._by_subject[Subject.OPERATION] if issubclass(operation, rule.on))

    def _add(self, rule: Rule, flag: Flag, judged: _Judged, at: int) -> None:
        file = judged.file
        severity = level_of(rule, flag.severity or rule.severity, file.path, self._settings)
        if severity is None:
            return
        at = at if flag.at is None else flag.at
        allow = next((allow for allow in judged.allows if allow.covers(rule.name, at)), None)
        if allow is not None:
            self._used.add(str(file.place(allow.at)))
        finding = Finding(
            rule=rule.name,
            severity=severity,
            message=flag.message,
            instead=flag.instead,
            sql=flag.sql,
            place=file.place(at),
            migration=f"{file.track} {file.label}",
            statement=file.statement_at(at),
            accepted=allow.reason if allow is not None else None,
            fix=flag.fix,
            script=file.path,
        )
        # Several samples, and several calls of one macro, give the same finding again; an `allow` may stand above one.
        key = (rule.name, str(finding.place), flag.message)
        known = self._findings.get(key)
        if known is None or (known.accepted is not None and allow is None):
            self._findings[key] = finding

    def _judge_allows(self) -> None:
        """Last of all: which `allow` comments accepted nothing is known only now."""
        for key, (_, allow, judged) in list(self._allows.items()):
            in_force = self._rules.get(allow.rule)
            asked = AllowContext(
                allow=allow,
                known=tuple(self._known),
                used=key in self._used,
                in_force=in_force is not None
                and level_of(in_force, in_force.severity, judged.file.path, self._settings) is not None,
            )
            for rule in self._by_subject[Subject.ALLOW]:
                for flag in rule.check(asked):
                    self._add(rule, flag, judged, allow.at)


class _Judged(NamedTuple):
    """What is kept of a file that was judged: not its contexts, which hold a schema for each of its statements."""

    file: File
    allows: tuple[Allow, ...]


def _order(finding: Finding) -> tuple[str, int, int, int, str]:
    place = finding.place
    return place.file, place.line or 0, place.column or 0, -finding.severity.rank, finding.rule
