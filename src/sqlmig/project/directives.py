"""Directives: the `-- sqlmig: ...` comments that a file carries. The format is specified in docs/file-format.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from sqlmig.errors import Place, Problem
from sqlmig.project.durations import duration_problem
from sqlmig.project.model import Directives, Phase, Requirement
from sqlmig.project.nearest import did_you_mean


class FileKind(Enum):
    """What a file is for; it decides which directives have a meaning in it."""

    UP = "an up file"
    DOWN = "a down file"
    VERIFY = "a verify file"
    REPEATABLE = "a repeatable"
    LIFECYCLE = "a lifecycle file"


@dataclass(frozen=True, slots=True)
class _Context:
    path: str
    kind: FileKind
    lines: list[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """One directive comment: its line (from 1), its word and what follows the word."""

    line: int
    column: int
    word: str
    argument: str


_HEAD = re.compile(r"\s+|--[^\n]*|/\*.*?\*/|\{#.*?#\}|\{%.*?%\}", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*--[ \t]*sqlmig:[ \t]*(?P<word>[^\s]*)[ \t]*(?P<argument>.*?)[ \t]*$", re.MULTILINE)
_OBJECT = re.compile(r"[^\s.]+\.[^\s.]+")
_RULE = re.compile(r"(?P<rule>[a-z][a-z0-9-]*)\s*:\s*(?P<reason>\S.*)")

ALL = frozenset(FileKind)
MAY_LOCK = frozenset({FileKind.UP, FileKind.DOWN, FileKind.REPEATABLE})


def read_directives(text: str, path: str, kind: FileKind) -> tuple[Directives, list[Problem]]:
    """Reads the directives of a template.

    Args:
        text: the template, line ends normalised.
        path: the file's path as messages show it.
        kind: which file of a project it is.

    Returns:
        What the head asks for, and every directive that is unknown, misplaced or incomplete.
    """
    context = _Context(path, kind, text.split("\n"))
    head_end = _head_end(text)
    directives = Directives()
    problems: list[Problem] = []
    for match in _DIRECTIVE.finditer(text):
        found = _found(text, match)
        spec = _SPECS.get(found.word)
        if spec is None:
            message = f"unknown directive '{found.word}'; {did_you_mean(found.word, _SPECS)}"
            problems.append(_problem(context, found, message, "see docs/file-format.md for the directives"))
        elif kind not in spec.kinds:
            message = f"directive '{found.word}' has no meaning in {kind.value}"
            problems.append(_problem(context, found, message, f"take it out; it belongs in {_names(spec.kinds)}"))
        elif spec.in_head and match.start() >= head_end:
            message = f"directive '{found.word}' speaks for the whole file, but stands below its head"
            problems.append(_problem(context, found, message, "move it above the first statement"))
        else:
            result = spec.read(directives, found.argument)
            if isinstance(result, str):
                problems.append(_problem(context, found, f"directive '{found.word}' {result}", f"write: {spec.usage}"))
            else:
                directives = result
    return directives, problems


_Reader = Callable[[Directives, str], Directives | str]


@dataclass(frozen=True, slots=True)
class _Spec:
    usage: str
    read: _Reader
    kinds: frozenset[FileKind]
    in_head: bool = True


def _transaction(directives: Directives, argument: str) -> Directives | str:
    if argument != "off":
        return f"takes 'off', not '{argument}'" if argument else "needs 'off' behind it"
    return replace(directives, transaction=False)


def _requires(directives: Directives, argument: str) -> Directives | str:
    words = argument.split()
    if len(words) != 2 or not words[1].isascii() or not words[1].isdigit():
        return "needs a track and a version"
    return replace(directives, requires=(*directives.requires, Requirement(words[0], int(words[1]))))


def _irreversible(directives: Directives, argument: str) -> Directives | str:
    return replace(directives, irreversible=argument) if argument else "needs a reason"


def _out_of_order(directives: Directives, argument: str) -> Directives | str:
    return replace(directives, out_of_order=argument) if argument else "needs a reason"


def _lock_timeout(directives: Directives, argument: str) -> Directives | str:
    return duration_problem(argument) or replace(directives, lock_timeout=argument)


def _statement_timeout(directives: Directives, argument: str) -> Directives | str:
    return duration_problem(argument) or replace(directives, statement_timeout=argument)


def _phase(directives: Directives, argument: str) -> Directives | str:
    if argument not in {phase.value for phase in Phase}:
        return "needs 'expand' or 'contract'"
    return replace(directives, phase=Phase(argument))


def _touches(directives: Directives, argument: str) -> Directives | str:
    names = argument.split()
    if not names or not all(_OBJECT.fullmatch(name) for name in names):
        return "needs names with their schemas, such as platform_core.deal_index"
    return replace(directives, touches=(*directives.touches, *names))


def _after(directives: Directives, argument: str) -> Directives | str:
    names = argument.split()
    return replace(directives, after=(*directives.after, *names)) if names else "needs the name of a repeatable"


def _allow(directives: Directives, argument: str) -> Directives | str:
    return directives if _RULE.fullmatch(argument) else "needs a rule, a colon and a reason"


_SPECS: dict[str, _Spec] = {
    "transaction": _Spec("-- sqlmig: transaction off", _transaction, MAY_LOCK),
    "requires": _Spec("-- sqlmig: requires platform 0005", _requires, frozenset({FileKind.UP, FileKind.REPEATABLE})),
    "irreversible": _Spec("-- sqlmig: irreversible the old values are gone", _irreversible, frozenset({FileKind.UP})),
    "lock_timeout": _Spec("-- sqlmig: lock_timeout 5s", _lock_timeout, MAY_LOCK),
    "statement_timeout": _Spec("-- sqlmig: statement_timeout 10min", _statement_timeout, MAY_LOCK),
    "phase": _Spec("-- sqlmig: phase contract", _phase, frozenset({FileKind.UP})),
    "touches": _Spec("-- sqlmig: touches platform_core.deal_index", _touches, MAY_LOCK),
    "out-of-order": _Spec(
        "-- sqlmig: out-of-order merged from the 2.4 branch", _out_of_order, frozenset({FileKind.UP})
    ),
    "after": _Spec("-- sqlmig: after other_name", _after, frozenset({FileKind.REPEATABLE})),
    "allow": _Spec("-- sqlmig: allow index-not-concurrent: 40 rows, ever", _allow, ALL, in_head=False),
}


def _head_end(text: str) -> int:
    """Where the head ends: the first character that is neither white space, comment nor a Jinja tag."""
    position = 0
    while match := _HEAD.match(text, position):
        position = match.end()
    return position


def _found(text: str, match: re.Match[str]) -> _Found:
    line_start = text.rfind("\n", 0, match.start("word")) + 1
    return _Found(
        line=text.count("\n", 0, line_start) + 1,
        column=match.start("word") - line_start + 1,
        word=match["word"],
        argument=match["argument"],
    )


def _problem(context: _Context, found: _Found, message: str, advice: str) -> Problem:
    return Problem(message, Place(context.path, found.line, found.column, context.lines[found.line - 1]), advice)


def _names(kinds: frozenset[FileKind]) -> str:
    return " or ".join(kind.value for kind in FileKind if kind in kinds)
