"""What a rule is: static text, and one pure function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar

from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.lint.wholes import AllowContext, PairContext, TrackContext
from sqlmig.sql.operations.base import Operation


class Subject(Enum):
    """What a rule looks at."""

    OPERATION = "operation"
    """Each operation of certain classes, in order."""
    FILE = "file"
    """A file as a whole: its operations, the state before it and at its end."""
    PAIR = "pair"
    """An up file with its down file."""
    TRACK = "track"
    """All files of a track."""
    ALLOW = "allow"
    """An `allow` comment, when everything is judged."""


class Inside(Enum):
    """Which operations a rule sees."""

    RUN = "run"
    """Those that the migration runs: its statements, and what stands in DO blocks."""
    ALL = "all"
    """Those in the bodies of functions and procedures too, which run later, when somebody calls them."""


Check = Callable[..., Iterable[Any]]
"""Yields flags; that of a track rule yields each with the path that it belongs to."""
_OperationClass = TypeVar("_OperationClass", bound=Operation)


@dataclass(frozen=True, eq=False, repr=False)
class Rule:
    """One rule. Its name is public: people write it in `allow`."""

    check: Check
    subject: Subject
    severity: Severity
    pack: Pack
    on: tuple[type[Operation], ...] = ()
    inside: Inside = Inside.RUN

    @cached_property
    def name(self) -> str:
        """The function's name with hyphens: `index-not-concurrent`."""
        return self.check.__name__.replace("_", "-")

    @property
    def stem(self) -> str:
        """What its files are called: `index_not_concurrent`."""
        return self.check.__name__

    @property
    def text(self) -> RuleText:
        """What its docstring says."""
        return rule_text(self.check.__doc__ or "")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's docstring in its parts."""

    flags: str
    """The first paragraph: what it flags."""
    effect: str
    instead: str
    unless: str = ""
    since: str = ""


def rule_text(docstring: str) -> RuleText:
    """Cut a rule's docstring into its parts: the first paragraph, then `Effect:`, `Instead:`, `Unless:`, `Since:`."""
    from inspect import cleandoc  # only pages and tables of rules need it

    first, *rest = re.split(r"^(Effect|Instead|Unless|Since):\s*", cleandoc(docstring), flags=re.MULTILINE)
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    said = {name: _joined(parts.get(name, "")) for name in ("Effect", "Instead", "Unless", "Since")}
    return RuleText(_joined(first), said["Effect"], said["Instead"], said["Unless"], said["Since"])


def _joined(text: str) -> str:
    """Paragraphs on one line each; indented lines, which are SQL, as they are."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(p if p.startswith("    ") else re.sub(r"\s*\n\s*", " ", p) for p in paragraphs)


_OperationCheck = Callable[[Any, Context], Iterator[Flag]]
_FileCheck = Callable[[FileContext], Iterator[Flag]]
_PairCheck = Callable[[PairContext], Iterator[Flag]]
_AllowCheck = Callable[[AllowContext], Iterator[Flag]]
_TrackCheck = Callable[[TrackContext], Iterator[tuple[str, Flag]]]


def rule(
    *on: type[Operation], severity: Severity = Severity.ERROR, pack: Pack = Pack.CORE, inside: Inside = Inside.RUN
) -> Callable[[_OperationCheck], Rule]:
    """A rule that looks at each operation of these classes, subclasses included.

    Args:
        on: the classes.
        severity: what a flag counts for unless it says otherwise.
        pack: what switches the rule on.
        inside: whether it looks into the bodies of functions.
    """
    return lambda check: Rule(check, Subject.OPERATION, severity, pack, on, inside)


def file_rule(*, severity: Severity = Severity.ERROR, pack: Pack = Pack.CORE) -> Callable[[_FileCheck], Rule]:
    """A rule that looks at a file as a whole."""
    return lambda check: Rule(check, Subject.FILE, severity, pack)


def pair_rule(*, severity: Severity = Severity.ERROR, pack: Pack = Pack.CORE) -> Callable[[_PairCheck], Rule]:
    """A rule that looks at an up file with its down file."""
    return lambda check: Rule(check, Subject.PAIR, severity, pack)


def track_rule(*, severity: Severity = Severity.ERROR, pack: Pack = Pack.CORE) -> Callable[[_TrackCheck], Rule]:
    """A rule that looks at all files of a track; it yields each flag with the path it belongs to."""
    return lambda check: Rule(check, Subject.TRACK, severity, pack)


def allow_rule(*, severity: Severity = Severity.ERROR, pack: Pack = Pack.CORE) -> Callable[[_AllowCheck], Rule]:
    """A rule that looks at an `allow` comment."""
    return lambda check: Rule(check, Subject.ALLOW, severity, pack)
