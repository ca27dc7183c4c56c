"""Statements written at random from a grammar: `grammar.txt` has the rules, this module the words that have none.

The choices are made by a function that gives a number below another: hypothesis has one that shrinks, `random` a
quick one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import postgast
from postgast import pg_query_pb2

Below = Callable[[int], int]
"""Gives a number from 0 up to, but not including, its argument."""
T = TypeVar("T")
Rule = tuple[str | tuple[str, tuple["Rule", ...]], ...]
"""A sequence of terminals, of "<names>" and "<names>...", and of ("[" or "{", alternatives)."""


def statement(below: Below) -> str:
    """One statement, with white space and comments between its words wherever they may be."""
    return _spaced(_written("statement", below, 0), below)


def script(below: Below, longest: int) -> str:
    """Some statements with semicolons between them."""
    return ";".join(_gap(below) + statement(below) for _ in range(1 + below(longest))) + _gap(below)


# --- the rules ---


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """All rules by name: for each, its alternatives."""
    text = Path(__file__).with_suffix(".txt").read_text()
    paragraphs = re.finditer(r"^(?P<name>\w+)\n(?P<lines>(?: .*\n)+)", text, re.MULTILINE)
    return {
        paragraph["name"]: tuple(_parsed(line.split()) for line in paragraph["lines"].splitlines())
        for paragraph in paragraphs
    }


def _parsed(words: list[str]) -> Rule:
    [sequence] = _alternatives(words, closing="")
    return sequence


def _alternatives(words: list[str], closing: str) -> tuple[Rule, ...]:
    found: list[list[str | tuple[str, tuple[Rule, ...]]]] = [[]]
    while words and (word := words.pop(0)) != closing:
        if word in ("[", "{"):
            found[-1].append((word, _alternatives(words, "]" if word == "[" else "}")))
        elif word == "|":
            found.append([])
        else:
            found[-1].append(word.lstrip("\\"))
    return tuple(map(tuple, found))


def _written(name: str, below: Below, depth: int) -> list[str]:
    """The words of one way to write what the name stands for."""
    if name in _LEAVES:
        return _LEAVES[name](below)
    choices = rules()[name]
    # Deep inside, the first ways are taken: they are the plain ones.
    return _sequence(choices[below(len(choices) if depth < _DEEP else 1 + len(choices) // 8)], below, depth + 1)


_DEEP = 9
_REFERENCE = re.compile(r"<(?P<name>\w+)>(?P<list>\.\.\.)?")


def _sequence(rule: Rule, below: Below, depth: int) -> list[str]:
    words: list[str] = []
    for part in rule:
        if isinstance(part, tuple):
            kind, alternatives = part
            if kind == "{" or below(3) == 0:
                words += _sequence(_one_of(alternatives, below), below, depth)
        elif reference := _REFERENCE.fullmatch(part):
            times = 1 + max(0, below(5) - 2) if reference["list"] else 1
            for number in range(times):
                words += [","] * bool(number) + _written(reference["name"], below, depth)
        else:
            words.append(_cased(part, below) if part.isupper() else part)
    return words


def _one_of(choices: Sequence[T], below: Below) -> T:
    return choices[below(len(choices))]


def _cased(word: str, below: Below) -> str:
    return (word.lower(), word, word.capitalize())[below(3)]


# --- white space ---


def _spaced(words: list[str], below: Below) -> str:
    text = words[0]
    for word in words[1:]:
        bare = text[-1] in _TIGHT or word in _TIGHT
        text += ("" if bare and below(2) else _gap(below)) + word
    return text


_TIGHT = "(),[]"
_GAPS = (" ", "\n", "\t", "\r\n", "  ", " -- ; ' \" $$ (\n", "/* ; ' */", ' /* a /* ; */ " $$ */ ', "\f", "/**/")


def _gap(below: Below) -> str:
    return " " if below(6) else _one_of(_GAPS, below)


# --- names, types and strings ---

_WORDS = "a id t u tenant_id créé 表 _x a$1 Größe İx mixedCase"


def _keywords(*kinds: str) -> tuple[str, ...]:
    """The keywords of libpg_query's own grammar that are of these kinds."""
    words = (name.removesuffix("_P").removesuffix("_LA").lower() for name in pg_query_pb2.Token.keys())  # noqa: SIM118  (no dict)
    tokens = ((word, postgast.scan(word).tokens) for word in dict.fromkeys(words))
    wanted = {pg_query_pb2.KeywordKind.Value(kind) for kind in kinds}
    return tuple(word for word, found in tokens if len(found) == 1 and found[0].keyword_kind in wanted)


_KEYWORDS = _keywords("UNRESERVED_KEYWORD", "COL_NAME_KEYWORD")
# A call of a function of the name OPERATOR is one in an index, but no expression elsewhere.
_FUNCTION_KEYWORDS = tuple(sorted({*_keywords("UNRESERVED_KEYWORD", "TYPE_FUNC_NAME_KEYWORD")} - {"operator"}))
_QUOTED = (
    '"a b"',
    '"select"',
    '"A"',
    '"x""y"',
    '"ü;-- "',
    '"$$"',
    '"' + "long" * 20 + '"',
    '"' + "é" * 40 + '"',
    '"a.b"',
)
_NAMES = (
    *_WORDS.split() * 20,
    *_KEYWORDS,
    *_QUOTED * 10,
    "n" * 80,
    'U&"d\\0061t!"',
    "U&\"d!0061ta\" UESCAPE '!'",
)
_FUNCTIONS = (*("f", '"F x"', "größe", "now") * 60, *_FUNCTION_KEYWORDS)
_STRINGS = (
    "''",
    "'a'",
    "'it''s; fine'",
    "E'it\\'s; \\\\ \\u00e9'",
    "U&'d\\0061t;'",
    "U&'d!0061' UESCAPE '!'",
    "$$ BEGIN; SELECT 'x'; END $$",
    "$été$ $$;$$ $été$",
    "'back\\slash'",
    "'continued;'\n  'here'",
    "'-- no /* comment'",
)


def _words_of(below: Below, choices: Sequence[str]) -> list[str]:
    return [_one_of(choices, below)]


def _qualified(below: Below) -> list[str]:
    return [*([_one_of(_NAMES, below), "."] if below(3) == 0 else []), _one_of(_NAMES, below)]


_LEAVES: dict[str, Callable[[Below], list[str]]] = {
    "name": lambda below: _words_of(below, _NAMES),
    "table": _qualified,
    "function": lambda below: [*(["s", "."] if below(3) == 0 else []), _one_of(_FUNCTIONS, below)],
    "argument_name": lambda below: _words_of(below, ("a", "_b", '"Arg"', "input", "c1")),
    "label": lambda below: _words_of(below, ("a", "select", "end", '"L x"', "from", "window")),
    "role": lambda below: _words_of(below, ("app", '"My Role"', "current_user", "SESSION_USER", "public", "owner")),
    "collation": lambda below: _words_of(below, ('"C"', 'pg_catalog."default"', '"de-x-icu"')),
    # libpg_query's trees do not tell an empty label from none.
    "enum_label": lambda below: _words_of(below, _STRINGS[1:]),
    "string": lambda below: _words_of(below, _STRINGS),
}
