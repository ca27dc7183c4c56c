"""Directives: the `-- sqlmig: ...` comments that a file carries. The format is specified in docs/file-format.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from enum import Enum

from sqlmig.errors import Place, Problem
from sqlmig.project.durations import duration_problem
from sqlmig.project.model import Directives, Phase, Requirement
from sqlmig.project.nearest import did_you_mean
from sqlmig.sql.tokens import SqlTextError, tokenize


class FileKind(Enum):
    """What a file is for; it decides which directives have a meaning in it."""

    UP = "an up file"
    DOWN = "a down file"
    VERIFY = "a verify file"
    REPEATABLE = "a repeatable"
    LIFECYCLE = "a lifecycle file"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Found:
    """One directive comment: its line (from 1), its word and what follows the word."""

    line: int
    column: int
    word: str
    argument: str
    in_head: bool
    """Whether only comments, white space and Jinja tags stand above it."""
    alone: bool
    """Whether nothing stands before it in its line."""


_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_DIRECTIVE = re.compile(r"--[ \t]*sqlmig:[ \t]*(?P<word>[^\s]*)[ \t]*(?P<argument>.*?)[ \t]*$", re.MULTILINE)
_VERSION = re.compile(r"[0-9]{1,19}")
_OBJECT = re.compile(r"[^\s.]+\.[^\s.]+")
_RULE = re.compile(r"(?P<rule>[a-z][a-z0-9-]*)\s*:\s*(?P<reason>\S.*)")

_ALL = frozenset(FileKind)
_MAY_LOCK = frozenset({FileKind.UP, FileKind.DOWN, FileKind.REPEATABLE})


def read_directives(text: str, path: str, kind: FileKind) -> tuple[Directives, list[Problem]]:
    """Reads the directives of a template.

    Args:
        text: the template, line ends normalised.
        path: the file's path as messages show it.
        kind: which file of a project it is.

    Returns:
        What the head asks for, and every directive that is unknown, misplaced or incomplete.
    """
    if "sqlmig:" not in text:
        return Directives(), []
    lines = text.split("\n")
    directives = Directives()
    problems: list[Problem] = []
    before: set[str] = set()
    for found in _found(text):
        refused = _refused(found, kind, before)
        read = directives if refused else _SPECS[found.word].read(directives, found.argument)
        if isinstance(read, str):
            refused = f"directive '{found.word}' {read}", f"write: {_SPECS[found.word].usage}"
        else:
            directives = read
        if refused is not None:
            message, advice = refused
            place = Place(path, found.line, found.column, lines[found.line - 1])
            problems.append(Problem(message, place, advice))
        before.add(found.word)
    return directives, problems


def _refused(found: _Found, kind: FileKind, before: Set[str]) -> tuple[str, str] | None:
    """What speaks against a directive wherever it is written, and what to do about it."""
    spec = _SPECS.get(found.word)
    if spec is None:
        message = f"unknown directive '{found.word}'; {did_you_mean(found.word, _SPECS)}"
        return message, "see docs/file-format.md for the directives"
    name = f"directive '{found.word}'"
    if kind not in spec.kinds:
        return f"{name} has no meaning in {kind.value}", f"take it out; it belongs in {_names(spec.kinds)}"
    if not found.alone:
        return f"{name} stands behind something else", "give it a line of its own"
    if spec.in_head and not found.in_head:
        return f"{name} speaks for the whole file, but stands below its head", "move it above the first statement"
    if _JINJA.search(found.argument):
        return f"{name} cannot use a template: directives are read before it is rendered", f"write: {spec.usage}"
    if found.word in before and not spec.repeats:
        return f"{name} stands here a second time", "keep one of them"
    return None


_Reader = Callable[[Directives, str], Directives | str]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Spec:
    usage: str
    read: _Reader
    kinds: frozenset[FileKind]
    in_head: bool = True
    repeats: bool = False


def _transaction(directives: Directives, argument: str) -> Directives | str:
    if argument != "off":
        return f"takes 'off', not '{argument}'" if argument else "needs 'off' behind it"
    return replace(directives, transaction=False)


def _requires(directives: Directives, argument: str) -> Directives | str:
    words = argument.split()
    if len(words) != 2 or not _VERSION.fullmatch(words[1]):
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
    "transaction": _Spec("-- sqlmig: transaction off", _transaction, _MAY_LOCK),
    "requires": _Spec(
        "-- sqlmig: requires platform 0005", _requires, frozenset({FileKind.UP, FileKind.REPEATABLE}), repeats=True
    ),
    "irreversible": _Spec("-- sqlmig: irreversible the old values are gone", _irreversible, frozenset({FileKind.UP})),
    "lock_timeout": _Spec("-- sqlmig: lock_timeout 5s", _lock_timeout, _MAY_LOCK),
    "statement_timeout": _Spec("-- sqlmig: statement_timeout 10min", _statement_timeout, _MAY_LOCK),
    "phase": _Spec("-- sqlmig: phase contract", _phase, frozenset({FileKind.UP})),
    "touches": _Spec("-- sqlmig: touches platform_core.deal_index", _touches, _MAY_LOCK, repeats=True),
    "out-of-order": _Spec(
        "-- sqlmig: out-of-order merged from the 2.4 branch", _out_of_order, frozenset({FileKind.UP})
    ),
    "after": _Spec("-- sqlmig: after other_name", _after, frozenset({FileKind.REPEATABLE}), repeats=True),
    "allow": _Spec("-- sqlmig: allow index-not-concurrent: 40 rows, ever", _allow, _ALL, in_head=False, repeats=True),
}


def _found(text: str) -> Iterator[_Found]:
    """The directives of a template: comments, so nothing inside a string or a function's body is one."""
    plain = _JINJA.sub(_blank, text)
    comments, head_end = _comments(plain)
    for start in comments:
        match = _DIRECTIVE.match(text, start)
        if match is not None:
            line_start = text.rfind("\n", 0, start) + 1
            yield _Found(
                line=text.count("\n", 0, line_start) + 1,
                column=match.start("word") - line_start + 1,
                word=match["word"],
                argument=match["argument"],
                in_head=start < head_end,
                alone=not plain[line_start:start].strip(),
            )


def _comments(plain: str) -> tuple[list[int], int]:
    """Where line comments begin, and where the first token does."""
    readable = len(plain)
    try:
        scanned = tokenize(plain)
    except SqlTextError as error:
        readable = error.offset
        scanned = tokenize(plain[:readable])
    starts = [comment.start for comment in scanned.comments if comment.text.startswith("--")]
    # A template may be cut only once it is rendered; until then, no line that looks like a directive is overlooked.
    starts += [match.start() for match in _DIRECTIVE.finditer(plain, readable)]
    return starts, scanned.tokens[0].start if scanned.tokens else readable


def _blank(match: re.Match[str]) -> str:
    """What stands in for Jinja: nothing for a tag or a comment, something for an expression, which prints."""
    filler = "," if match[0].startswith("{{") else " "
    return re.sub(r"[^\n]", filler, match[0])


def _names(kinds: frozenset[FileKind]) -> str:
    return " or ".join(kind.value for kind in FileKind if kind in kinds)
